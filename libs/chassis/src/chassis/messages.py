"""What the platform says by code, in Swedish: errors in a field, and problems that any service can meet.

A service has a table of its own in `messages.py`, for its refusals, their alternatives and its own fields, and hands
it to `open_pages`. A field may have a sentence of its own: the key `<field>.<code>` is looked up before `<code>`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.languages import N_

FIELD_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "missing": N_("Fyll i det här."),
        "not-chosen": N_("Välj det som stämmer."),
        "invalid": N_("Kontrollera det här svaret."),
        "too-short": N_("Skriv lite mer, minst %(limit)s tecken."),
        "too-long": N_("Skriv lite kortare, högst %(limit)s tecken."),
        "too-few": N_("Välj minst %(limit)s."),
        "too-many": N_("Välj högst %(limit)s."),
        "too-small": N_("Skriv ett tal som är %(limit)s eller större."),
        "too-large": N_("Skriv ett tal som är %(limit)s eller mindre."),
        "not-above": N_("Skriv ett tal som är större än %(limit)s."),
        "not-below": N_("Skriv ett tal som är mindre än %(limit)s."),
        "not-a-number": N_("Skriv ett tal med siffror."),
        "number-out-of-range": N_("Talet är för stort. Skriv ett mindre tal."),
        "not-a-date": N_("Skriv ett datum som finns: dag, månad och år, året med fyra siffror."),
        "not-a-time": N_("Skriv en tid, till exempel 14:30."),
        "not-in-the-past": N_("Skriv ett datum som har varit."),
        "not-in-the-future": N_("Skriv ett datum som inte har varit än."),
        "not-a-choice": N_("Välj ett av alternativen."),
        "not-yes-or-no": N_("Svara ja eller nej."),
        "not-an-id": N_("Numret stämmer inte. Kontrollera att allt kom med."),
        "not-text": N_("Skriv svaret som text."),
        "wrong-form": N_("Svaret har fel form."),
        "pattern": N_("Svaret har inte rätt form. Kontrollera det."),
        "no-such-district": N_("Vi känner inte till den stadsdelen. Välj en ur listan."),
        "no-such-support": N_("Det stödet finns inte just nu. Välj ett ur listan."),
        "number-format": N_("Skriv numret med tio eller tolv siffror, till exempel 19900101-1234."),
        "number-date": N_("Datumet i numret finns inte. Kontrollera siffrorna."),
        "number-in-future": N_("Numret gäller en dag som inte har varit än. Kontrollera siffrorna."),
        "number-birth-number": N_("De sista siffrorna i numret stämmer inte. Kontrollera dem."),
        "number-check-digit": N_("En siffra i numret är fel. Kontrollera alla siffror."),
        "characters": N_("Svaret har tecken som inte går att spara. Skriv om det med vanliga tecken."),
        "code-miswritten": N_("Koden har 15 tecken, till exempel BCDFG-HJKMN-PRSTV. Kontrollera att du skrev rätt."),
        "draft-unknown": N_(
            "Vi har inget sparat med den koden. Det kan vara skickat, borttaget eller äldre än två veckor."
        ),
        "unknown-field": N_("Det finns ett fält här som inte används. Ta bort det."),
    }
)

PROBLEM_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "unspoken": N_("Det går inte att göra så här just nu."),
        "invalid-request": N_("Något behöver rättas. Se varje fält."),
        "broken-body": N_("Det som skickades går inte att läsa. Kontrollera formatet och skicka igen."),
        "body-too-large": N_("Det som skickades är för stort. Korta det och skicka igen."),
        "wrong-content-type": N_("Skicka innehållet i rätt format: %(expected)s."),
        "bad-characters": N_("Adressen innehåller tecken som inte går att använda."),
        "bad-idempotency-key": N_(
            "Skicka huvudet Idempotency-Key med 16–128 synliga ASCII-tecken, ett nytt för varje ärende."
        ),
        "not-found": N_("Sidan eller uppgiften finns inte här. Kontrollera adressen."),
        "wrong-method": N_("Så kan den här adressen inte användas."),
        "refused": N_("Det går inte att göra."),
        "conflict": N_("Någon annan hann ändra samtidigt. Läs om och försök igen."),
        "value-does-not-fit": N_("Ett värde är för stort eller har fel form. Kontrollera och skicka igen."),
        "idempotency-key-reused": N_("Det här är redan skickat, med annat innehåll. Börja om med ett nytt formulär."),
        "person-erased": N_("Uppgifterna om personen är borttagna, så det går inte att lägga till något."),
        "away": N_("En del av tjänsten svarar inte just nu. Försök igen om en liten stund."),
        "broken": N_("Något gick fel hos oss. Det är inte ditt fel. Försök igen om en stund."),
        "not-signed-in": N_("Du behöver logga in för att komma hit."),
        "token-expired": N_("Inloggningen har gått ut. Logga in igen."),
        "token-invalid": N_("Inloggningen gick inte att kontrollera. Logga in igen."),
        "not-allowed": N_("Din roll ger inte tillgång till det här."),
        "board-not-yours": N_("Din inloggning gäller inte den nämnden."),
        "board-not-chosen": N_("Välj vilken nämnd det gäller: ange dess id i huvudet Stodvag-Board eller i adressen."),
        "cannot-discard-not-the-first": "Händelsen är inte den första som står still för ärendet. Läs om sidan.",
        "cannot-discard-readable": "Händelsen går att läsa nu. Försök igen med den i stället.",
        "cannot-discard-one-before-is-missing": "En händelse före den här saknas. Den måste komma först.",
        "from-elsewhere": N_("Begäran kom från en annan webbplats och stoppades."),
    }
)

SHARED_MESSAGES: Mapping[str, str] = MappingProxyType({**FIELD_MESSAGES, **PROBLEM_MESSAGES})

_CODES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "missing",
        "string_too_short": "too-short",
        "string_too_long": "too-long",
        "string_pattern_mismatch": "pattern",
        "string_unicode": "characters",
        "string_type": "not-text",
        "too_short": "too-few",
        "too_long": "too-many",
        "greater_than_equal": "too-small",
        "less_than_equal": "too-large",
        "greater_than": "not-above",
        "less_than": "not-below",
        "finite_number": "number-out-of-range",
        "int_parsing_size": "number-out-of-range",
        "date_past": "not-in-the-past",
        "date_future": "not-in-the-future",
        "datetime_past": "not-in-the-past",
        "datetime_future": "not-in-the-future",
        "enum": "not-a-choice",
        "literal_error": "not-a-choice",
        "union_tag_invalid": "not-a-choice",
        "union_tag_not_found": "missing",
        "extra_forbidden": "unknown-field",
    }
)
_FAMILIES = (
    (("int_", "float_", "decimal_"), "not-a-number"),
    (("date_", "datetime_"), "not-a-date"),
    (("time_", "timezone_"), "not-a-time"),
    (("bool_",), "not-yes-or-no"),
    (("uuid_",), "not-an-id"),
    (("list_", "dict_", "set_", "tuple_", "model_", "dataclass_", "frozen_set_"), "wrong-form"),
)
OWN = "own:"
"""What marks a code of our own among pydantic's error types."""
_LIMITS = ("min_length", "max_length", "ge", "le", "gt", "lt")


def field_code(pydantic_type: str) -> str:
    """The code that stands for one of pydantic's error types; a code of our own (`wrong`) stands for itself."""
    if pydantic_type in _CODES:
        return _CODES[pydantic_type]
    if pydantic_type.startswith(OWN):
        return pydantic_type.removeprefix(OWN)
    return next((code for prefixes, code in _FAMILIES if pydantic_type.startswith(prefixes)), "invalid")


def field_limits(context: Mapping[str, object]) -> dict[str, object]:
    """The number that a field's sentence may name. Only limits of the model: never anything that was sent."""
    return next(({"limit": context[name]} for name in _LIMITS if name in context), {})
