"""What intake says by code: refusals, alternatives, fields. Swedish here, other languages in `locales`."""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.languages import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "told.missing": N_("Berätta vad du har sett eller hört."),
        "district.missing": N_("Välj en stadsdel."),
        "code.missing": N_("Skriv koden som står på ditt kvitto."),
        "case_id.missing": "Skriv ärendenumret.",
        "no-such-case": "Nämnden har inget ärende med det numret.",
        "several-cases": "Flera ärenden börjar så. Skriv hela numret.",
        "other-actor-and-opened": "Skriv det här bara om utredning inte inleds.",
        "wished_support.no-such-support": N_(
            "Det stödet går inte att söka nu. Välj ett annat, eller inget, och berätta."
        ),
        "code-unknown": N_("Vi hittar ingen ansökan med den koden. Kontrollera att du har rätt kvitto."),
        "reporter-name-needed": N_("Skriv ditt namn. Bara du som anmäler som privatperson får vara anonym."),
        "reporter-contact-needed": N_("Skriv hur vi når dig, så att vi kan svara."),
        "nothing-told": N_("Fyll i minst ett av fälten."),
        "no-such-report": "Det finns ingen anmälan här.",
        "no-such-application": N_("Vi hittar ingen ansökan här."),
        "report-already-received": "Anmälan är redan mottagen.",
        "application-already-received": "Ansökan är redan mottagen.",
        "report-already-decided": "Förhandsbedömningen är redan gjord.",
        "protection-already-assessed": "Skyddsbedömningen är redan gjord.",
        "not-decided-yet": "Förhandsbedömningen är inte gjord än, så det finns inget att berätta för anmälaren.",
        "reporter-already-told": "Anmälaren har redan fått besked.",
        "reporter-without-duty": "Den här anmälaren har ingen anmälningsplikt och får inget besked.",
        "more-than-reporter-may-know": "Så mycket får anmälaren inte veta.",
        "not-what-was-decided": "Beskedet stämmer inte med beslutet. Kontrollera om utredning har inletts.",
        "completion-already-asked-for": "Personen har redan fått frågan om vad som saknas.",
        "application-complete": N_("Ansökan är redan komplett. Vi har allt vi behöver."),
        "protection-not-assessed": "Gör skyddsbedömningen först. Utan den kan anmälan inte avslutas.",
        "protection-not-in-personal-file": "Skyddsbedömningen ska finnas i barnets personakt.",
        "not-qualified": "För barn och unga krävs socionomexamen eller annan relevant examen.",
        "cannot-be-extended": "Den här tiden går inte att förlänga.",
        "wrong-ground-for-extension": "Skälet räcker inte för att förlänga tiden.",
        "extension-not-later": "Välj en dag som är senare än den nuvarande sista dagen.",
        "assess-protection": "Gör skyddsbedömningen.",
        "hand-over-to-qualified": "Lämna över till en kollega med behörighet.",
    }
)
