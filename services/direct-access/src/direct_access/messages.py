"""What this service says by code, in Swedish: its refusals, what can be done instead, and its fields' own errors."""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.languages import N_

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "guardian-consent-required": N_(
            "För det här stödet behöver den som är under 15 år ett ja från sina vårdnadshavare."
        ),
        "suitability-not-assessed": N_("Först behöver någon av oss bedöma om stödet passar utan vårdnadshavare."),
        "not-suitable-without-guardian": N_("Vi har bedömt att stödet inte passar utan vårdnadshavare just nu."),
        "person-does-not-want": N_("Stödet är frivilligt, och personen vill inte."),
        "always-needs-assessment": N_("Det här stödet måste man alltid ansöka om. Det kan inte ges direkt."),
        "only-the-board-decides": N_("Bara nämnden kan besluta att identitet inte dokumenteras. Ange beslutet."),
        "special-reasons-missing": N_("Skriv nämndens särskilda skäl för att identitet inte dokumenteras."),
        "only-direct-without-identity": N_("Bara stöd som ges direkt kan ges utan att identitet dokumenteras."),
        "ages-backwards": N_("Den högsta åldern är lägre än den lägsta."),
        "validity-backwards": N_("Beslutet slutar gälla innan det börjar."),
        "support-unknown": N_("Nämnden har inget sådant stöd."),
        "support-is-applied-for": N_("Det här stödet ansöker man om."),
        "support-not-offered-now": N_("Stödet ges inte just nu."),
        "support-not-in-district": N_("Stödet ges inte i den stadsdelen."),
        "outside-the-ages": N_("Stödet är för andra åldrar än din."),
        "come-without-name": N_("Hit kommer man utan att säga vem man är. Vi skriver inte upp namn."),
        "identity-is-documented": N_("I det här stödet skriver vi upp vem som kommer. Bara nämnden kan ändra det."),
        "already-asked": N_("Det här är redan skickat."),
        "support-not-found": N_("Ärendet finns inte hos den här nämnden."),
        "support-ended": N_("Stödet är avslutat."),
        "not-started": N_("Stödet har inte börjat. Registrera det första mötet först."),
        "suitability-not-needed": N_("Personen bestämmer själv. Ingen bedömning behövs."),
        "meeting-in-the-future": N_("Mötet har inte varit än."),
        "measured-already": N_("Den mätningen är redan gjord."),
        "time-not-found": N_("Tiden finns inte."),
        "time-full": N_("Någon annan hann ta den tiden."),
        "time-passed": N_("Den tiden har redan börjat."),
        "time-booked-already": N_("Personen har redan den tiden."),
        "time-of-another-support": N_("Tiden hör till ett annat stöd."),
        "time-offered-already": N_("Tiden finns redan."),
        "not-bookable": N_("Nämnden har inte beslutat att det här stödet kan bokas."),
        "visit-started-already": N_("Besöket är redan registrerat."),
        "code-unknown": N_("Vi hittar inget besök med den koden. Kontrollera att du skrev rätt."),
        "talk-not-found": N_("Samtalet finns inte hos den här nämnden."),
        "talk-answered-already": N_("Någon har redan svarat."),
        "concern-raised-already": N_("Anmälan är redan gjord."),
    }
)
ALTERNATIVES: Mapping[str, str] = MappingProxyType(
    {
        "talk-with-us": N_("Prata med oss ändå. En av oss hör av sig samma dag."),
        "apply-assessed": N_("Ansök om stöd. Då gör vi en utredning."),
        "guardian-consents": N_("Fråga den eller dem som har vårdnaden om dig."),
        "assess-suitability": N_("Bedöm om stödet passar utan vårdnadshavare."),
        "ask-the-person": N_("Fråga personen."),
        "document-identity": N_("Dokumentera vem som kommer."),
        "give-reason": N_("Skriv skälen."),
        "drop-in": N_("Kom som du är, utan att boka."),
        "ask-with-name": N_("Skriv till oss och berätta vem du är."),
        "choose-another-time": N_("Välj en annan tid."),
    }
)
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "code-miswritten": N_("Koden har 15 tecken. Kontrollera att du skrev rätt."),
        "number-format": N_("Skriv personnumret med tio eller tolv siffror."),
        "number-date": N_("Personnumret har ett datum som inte finns."),
        "number-in-future": N_("Personnumret har ett datum som inte har varit."),
        "number-birth-number": N_("Personnumret stämmer inte. Kontrollera de fyra sista siffrorna."),
        "number-check-digit": N_("Personnumret stämmer inte. Kontrollera siffrorna."),
        "birth_date.missing": N_("Skriv när du är född."),
        "district.missing": N_("Välj en stadsdel."),
        "name.missing": N_("Skriv vad du heter."),
        "contact.missing": N_("Skriv hur vi kan nå dig."),
        "unknown-district": N_("Vi känner inte till den stadsdelen. Välj en ur listan."),
        "wellbeing.missing": N_("Välj en siffra."),
        "relations.missing": N_("Välj en siffra."),
        "days.missing": N_("Välj en siffra."),
        "code.missing": N_("Skriv din kod."),
    }
)
MESSAGES: Mapping[str, str] = MappingProxyType({**REFUSALS, **ALTERNATIVES, **FIELDS})
