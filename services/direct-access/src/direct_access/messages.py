"""What this service says by code, in Swedish: its refusals, what can be done instead, and its fields' own errors.

What only staff and programs can meet is not marked for translation.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.languages import N_

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "guardian-consent-required": N_(
            "För det här stödet behöver den som är under 15 år ett ja från sina vårdnadshavare."
        ),
        "suitability-not-assessed": "Först behöver någon av oss bedöma om stödet passar utan vårdnadshavare.",
        "not-suitable-without-guardian": "Vi har bedömt att stödet inte passar utan vårdnadshavare just nu.",
        "person-does-not-want": "Stödet är frivilligt, och personen vill inte.",
        "always-needs-assessment": "Det här stödet måste man alltid ansöka om. Det kan inte ges direkt.",
        "only-the-board-decides": "Bara nämnden kan besluta att identitet inte dokumenteras. Ange beslutet.",
        "special-reasons-missing": "Skriv nämndens särskilda skäl för att identitet inte dokumenteras.",
        "only-direct-without-identity": "Bara stöd som ges direkt kan ges utan att identitet dokumenteras.",
        "ages-backwards": "Den högsta åldern är lägre än den lägsta.",
        "validity-backwards": "Beslutet slutar gälla innan det börjar.",
        "content-decides-class": "Innehållet avgör vad stödet räknas som. En kurs är inte familjebehandling.",
        "change-reason-missing": "Skriv varför beslutet ändras.",
        "opening-reason-missing": "Skriv varför. Texten visas på stödets sida.",
        "opening-day-passed": "Dagen har varit. Välj i dag eller en senare dag.",
        "instead-of-itself": "Hänvisa till ett annat stöd än det som stängs.",
        "support-closed-now": N_("Stödet är stängt just nu."),
        "support-unknown": N_("Nämnden har inget sådant stöd."),
        "support-is-applied-for": N_("Det här stödet ansöker man om."),
        "support-not-offered-now": N_("Stödet ges inte just nu."),
        "support-not-in-district": N_("Stödet ges inte i den stadsdelen."),
        "outside-the-ages": N_("Stödet är för andra åldrar än din."),
        "come-without-name": N_("Hit kommer man utan att säga vem man är. Vi skriver inte upp namn."),
        "identity-is-documented": "I det här stödet skriver vi upp vem som kommer. Bara nämnden kan ändra det.",
        "already-asked": "Det här är redan skickat.",
        "support-not-found": "Ärendet finns inte hos den här nämnden.",
        "support-ended": "Stödet är avslutat.",
        "not-started": "Stödet har inte börjat. Registrera det första mötet först.",
        "suitability-not-needed": "Personen bestämmer själv. Ingen bedömning behövs.",
        "meeting-in-the-future": "Mötet har inte varit än.",
        "measured-already": N_("Den mätningen är redan gjord."),
        "time-not-found": "Tiden finns inte.",
        "time-full": N_("Någon annan hann ta den tiden."),
        "time-passed": N_("Den tiden har redan börjat."),
        "time-booked-already": "Personen har redan den tiden.",
        "time-of-another-support": "Tiden hör till ett annat stöd.",
        "time-offered-already": "Tiden finns redan.",
        "not-bookable": "Nämnden har inte beslutat att det här stödet kan bokas.",
        "visit-started-already": "Besöket är redan registrerat.",
        "code-unknown": N_("Vi hittar inget besök med den koden. Kontrollera att du skrev rätt."),
        "talk-not-found": "Samtalet finns inte hos den här nämnden.",
        "talk-answered-already": "Någon har redan svarat.",
        "concern-raised-already": "Anmälan är redan gjord.",
    }
)
ALTERNATIVES: Mapping[str, str] = MappingProxyType(
    {
        "talk-with-us": N_("Prata med oss ändå. En av oss hör av sig samma dag."),
        "apply-assessed": N_("Ansök om stöd. Då gör vi en utredning."),
        "guardian-consents": N_("Fråga den eller dem som har vårdnaden om dig."),
        "assess-suitability": "Bedöm om stödet passar utan vårdnadshavare.",
        "ask-the-person": "Fråga personen.",
        "count-as-content": "Räkna stödet som det som faktiskt görs, eller ändra innehållet.",
        "document-identity": "Dokumentera vem som kommer.",
        "give-reason": "Skriv skälen.",
        "another-support": N_("Titta bland de andra stöden. Kanske finns något som passar."),
        "drop-in": N_("Kom som du är, utan att boka."),
        "ask-with-name": N_("Skriv till oss och berätta vem du är."),
        "choose-another-time": N_("Välj en annan tid."),
    }
)
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "code-miswritten": N_("Koden har 15 tecken. Kontrollera att du skrev rätt."),
        "birth_date.missing": N_("Skriv när du är född."),
        "district.missing": N_("Välj en stadsdel."),
        "name.missing": N_("Skriv vad du heter."),
        "contact.missing": N_("Skriv hur vi kan nå dig."),
        "wellbeing.missing": N_("Välj en siffra."),
        "relations.missing": N_("Välj en siffra."),
        "days.missing": N_("Välj en siffra."),
        "code.missing": N_("Skriv din kod."),
        "support.missing": "Välj ett stöd.",
        "day.missing": "Skriv vilken dag.",
        "clock.missing": "Skriv klockslaget.",
        "place.missing": "Välj var ni ses.",
        "no-such-place": "Välj en av de platser som nämnden har.",
        "told.missing": "Skriv vad du har sett eller hört.",
        "grounds.missing": "Skriv vad du bygger bedömningen på.",
    }
)
MESSAGES: Mapping[str, str] = MappingProxyType({**REFUSALS, **ALTERNATIVES, **FIELDS})
