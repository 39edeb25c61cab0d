"""What this service says by code, in Swedish: its refusals, what can be done instead, and its fields' own errors.

What only staff and programs can meet is not marked for translation.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.languages import N_
from direct_access.model.catalogue import MeetingForm, Need

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "guardian-consent-required": N_(
            "För det här stödet behöver den som är under 15 år ett ja från sina vårdnadshavare."
        ),
        "suitability-not-assessed": "Först behöver någon av oss bedöma om stödet passar utan vårdnadshavare.",
        "not-suitable-without-guardian": "Vi har bedömt att stödet inte passar utan vårdnadshavare just nu.",
        "person-does-not-want": N_("Stödet är frivilligt, och personen har inte sagt ja."),
        "book-after-yes": N_("Först behöver den som ska få stödet själv säga ja. Sedan bokar vi en tid tillsammans."),
        "guardian-unknown": N_("Vi behöver veta vem som är vårdnadshavare."),
        "own-yes-said-already": "Personen bad själv om stödet och har redan sagt ja.",
        "contact-not-safe": "Det är inte tryggt att höra av sig. Ingen länk och inget meddelande får lämnas ut.",
        "custody-not-checked": "Kontrollera först vilka som har vårdnaden. Regeln gäller när de är två.",
        "no-guardian-left": "Någon av vårdnadshavarna måste kunna säga ja.",
        "guardian-said-no": "Den som har sagt nej är inte förhindrad. Direkt stöd kräver bådas ja.",
        "without-custody": "Personen har inte vårdnaden, så ingen kod lämnas ut och inget svar skrivs in.",
        "changed-meanwhile": N_("Något ändrades just när du skickade. Inget har gått förlorat. Skicka en gång till."),
        "always-needs-assessment": "Det här stödet måste man alltid ansöka om. Det kan inte ges direkt.",
        "only-the-board-decides": "Bara nämnden kan besluta att identitet inte dokumenteras. Ange beslutet.",
        "special-reasons-missing": "Skriv nämndens särskilda skäl för att identitet inte dokumenteras.",
        "only-direct-without-identity": "Bara stöd som ges direkt kan ges utan att identitet dokumenteras.",
        "ages-backwards": "Den högsta åldern är lägre än den lägsta.",
        "validity-backwards": "Beslutet slutar gälla innan det börjar.",
        "content-decides-class": "Innehållet avgör vad stödet räknas som. En kurs är inte familjebehandling.",
        "change-reason-missing": "Skriv varför beslutet ändras.",
        "decided-meanwhile": "Det finns ett nyare beslut än det som du utgick från.",
        "opening-reason-missing": "Skriv varför. Texten visas på stödets sida.",
        "opening-day-passed": "Dagen har varit. Välj i dag eller en senare dag.",
        "instead-of-itself": "Hänvisa till ett annat stöd än det som stängs.",
        "support-closed-now": N_("Stödet är stängt just nu."),
        "support-unknown": N_("Nämnden har inget sådant stöd."),
        "support-is-applied-for": N_("Det här stödet ansöker man om."),
        "support-not-offered-now": N_("Stödet ges inte just nu."),
        "support-not-in-district": N_("Stödet ges inte i den stadsdelen."),
        "outside-the-ages": N_("Det här stödet är för andra åldrar."),
        "come-without-name": N_("Hit kommer man utan att säga vem man är. Vi skriver inte upp namn."),
        "identity-is-documented": "I det här stödet skriver vi upp vem som kommer. Bara nämnden kan ändra det.",
        "already-asked": "Det här är redan skickat.",
        "support-not-found": "Ärendet finns inte hos den här nämnden.",
        "support-ended": N_("Stödet är avslutat."),
        "not-started": "Stödet har inte börjat. Registrera det första mötet först.",
        "suitability-not-needed": "Personen bestämmer själv. Ingen bedömning behövs.",
        "meeting-in-the-future": "Mötet har inte varit än.",
        "meeting-too-early": "Så tidigt kan mötet inte ha varit. Kontrollera dagen.",
        "measured-already": N_("Den mätningen är redan gjord."),
        "time-not-found": "Tiden finns inte.",
        "time-full": N_("Någon annan hann ta den tiden."),
        "time-passed": N_("Den tiden har redan börjat."),
        "time-booked-already": "Personen har redan den tiden.",
        "time-not-begun": "Tiden har inte börjat än.",
        "others-wait": N_("Andra står i kö till de lediga tiderna."),
        "only-by-queue": N_("Till det här stödet får man en tid genom kön."),
        "has-a-time": N_("Du har redan en tid. Vill du hellre stå i kö? Avboka den först."),
        "in-queue-already": N_("Du står redan i kön."),
        "not-in-queue": N_("Du står inte i kön längre."),
        "offer-passed": N_("Erbjudandet gäller inte längre. Du står kvar i kön."),
        "not-booked": N_("Den tiden är inte bokad längre."),
        "time-of-another-support": "Tiden hör till ett annat stöd.",
        "time-offered-already": "Tiden finns redan.",
        "not-bookable": N_("Det här stödet har inga tider att boka eller stå i kö till."),
        "not-drop-in": "Hit kommer man inte utan att boka, så här räknas ingen som kom förbi.",
        "nobody-counted": "Ingen är räknad än.",
        "visit-started-already": "Besöket är redan registrerat.",
        "code-unknown": N_("Vi hittar inget besök med den koden. Kontrollera att du skrev rätt."),
        "consent-code-unknown": N_("Vi hittar inget stöd med den koden. Kontrollera att du skrev rätt."),
        "talk-not-found": "Samtalet finns inte hos den här nämnden.",
        "talk-answered-already": "Någon har redan svarat.",
        "no-notes-without-identity": "I det här stödet skriver vi inget om vem som kommer, och inga anteckningar.",
        "note-not-found": "Anteckningen finns inte i det här ärendet.",
        "concern-raised-already": "Anmälan är redan gjord.",
        "application-started-already": "Ansökan är redan startad.",
        "no-yes-to-hand-over": "Personen har inte själv sagt ja till att uppgifterna lämnas över.",
        "no-yes-for-the-child": "Ett barn under 12 år behöver en vårdnadshavare som säger ja till ansökan.",
        "guardian-not-checked": "Den som har sagt ja är inte kontrollerad som vårdnadshavare.",
    }
)
ALTERNATIVES: Mapping[str, str] = MappingProxyType(
    {
        "talk-with-us": N_("Prata med oss ändå. En av oss hör av sig samma dag."),
        "apply-assessed": N_("Ansök om stöd. Då gör vi en utredning."),
        "guardian-consents": N_("Fråga den eller dem som har vårdnaden om dig."),
        "assess-suitability": "Bedöm om stödet passar utan vårdnadshavare.",
        "ask-the-person": N_("Fråga den som ska få stödet."),
        "name-guardian": N_("Skriv vem som är vårdnadshavare."),
        "check-custody": "Kontrollera vårdnaden i folkbokföringen.",
        "try-again": N_("Skicka en gång till."),
        "count-as-content": "Räkna stödet som det som faktiskt görs, eller ändra innehållet.",
        "document-identity": "Dokumentera vem som kommer.",
        "give-reason": "Skriv skälen.",
        "report-concern": "Anmäl oro om ett barn kan fara illa.",
        "another-support": N_("Titta bland de andra stöden. Kanske finns något som passar."),
        "drop-in": N_("Kom som du är, utan att boka."),
        "ask-with-name": N_("Skriv till oss och berätta vem du är."),
        "join-queue": N_("Ställ dig i kö. Du får en tid när det är din tur."),
        "choose-another-time": N_("Välj en annan tid."),
    }
)
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "code-of-no-receipt": N_("Vi hittar inget kvitto med den koden. Kontrollera att du skrev rätt."),
        "time_id.missing": N_("Välj en tid."),
        "birth_date.missing": N_("Skriv födelsedagen: dag, månad och år."),
        "district.missing": N_("Välj en stadsdel."),
        "name.missing": N_("Skriv ett namn."),
        "safe.not-chosen": N_("Svara ja eller nej. Vet du inte, så svara nej."),
        "contact_way.not-chosen": N_("Välj hur vi ska höra av oss, eller att du hör av dig själv."),
        "helper_name.missing": N_("Skriv vad du heter."),
        "agreement-missing": N_("Kryssa i om du är vårdnadshavare och säger ja."),
        "agrees.not-chosen": N_("Svara ja eller nej."),
        "contact.missing": N_("Skriv hur vi kan nå dig, eller välj att du hör av dig själv."),
        "wellbeing.missing": N_("Välj en siffra."),
        "relations.missing": N_("Välj en siffra."),
        "days.missing": N_("Välj en siffra."),
        "code.missing": N_("Skriv din kod."),
        "file-unreadable": "Filen går inte att läsa. Spara den som JSON och försök igen.",
        "file-of-another-format": "Filen har ett annat format. Den ska börja med format 1.",
        "file-without-supports": "Filen ska ha en lista med 1–500 stöd, och inget annat.",
        "file-missing": "Välj en fil.",
        "support-listed-already": "Nämnden har redan ett stöd med den koden. Ändra det i stället.",
        "support-twice": "Stödet finns i en tidigare rad.",
        "what.missing": "Skriv vad stödet är.",
        "decision.missing": "Skriv vilket beslut det är, till exempel SN 2026-04-12 § 58.",
        "reason.missing": "Skriv varför.",
        "support.missing": "Fyll i vilket stöd det är.",
        "day.missing": "Skriv vilken dag.",
        "clock.missing": "Skriv klockslaget.",
        "place.missing": "Välj var ni ses.",
        "no-such-place": "Välj en av de platser som nämnden har.",
        "agreed.too-few": "Kryssa i vem som har sagt ja.",
        "how.not-chosen": "Välj hur ni talades vid.",
        "told.missing": "Skriv vad du har sett eller hört.",
        "text.missing": "Skriv anteckningen.",
        "queue-for-oneself": "Bara den som frågar för egen del kan stå i kö.",
        "grounds.missing": "Skriv vad du bygger bedömningen på.",
    }
)
FIELD_OF_REFUSAL: Mapping[str, str] = MappingProxyType(
    {
        "always-needs-assessment": "basis",
        "only-the-board-decides": "decision",
        "special-reasons-missing": "special_reasons",
        "only-direct-without-identity": "documentation",
        "content-decides-class": "counted_as",
        "change-reason-missing": "reason",
        "decided-meanwhile": "version",
        "ages-backwards": "age_to",
        "validity-backwards": "valid_to",
        "opening-reason-missing": "reason",
        "opening-day-passed": "day",
        "instead-of-itself": "instead",
    }
)
"""The field of a board's form or file that a refusal is about."""
MESSAGES: Mapping[str, str] = MappingProxyType({**REFUSALS, **ALTERNATIVES, **FIELDS})

NEEDS: Mapping[Need, str] = MappingProxyType(
    {
        Need.PARENTING: N_("Att vara förälder"),
        Need.FAMILY: N_("Familj och relationer"),
        Need.YOUNG: N_("Att vara ung"),
        Need.MENTAL_HEALTH: N_("Att må dåligt"),
        Need.LONELINESS: N_("Ensamhet"),
        Need.VIOLENCE: N_("Våld och hot"),
        Need.ALCOHOL_DRUGS_GAMBLING: N_("Alkohol, droger och spel"),
        Need.MONEY: N_("Pengar och skulder"),
        Need.HOUSING: N_("Någonstans att bo"),
        Need.LEAVING_CRIME: N_("Att lämna kriminalitet"),
    }
)
"""What each need is called, in the order in which they are offered."""
FORMS: Mapping[MeetingForm, str] = MappingProxyType(
    {
        MeetingForm.IN_PERSON: N_("På plats"),
        MeetingForm.PHONE: N_("På telefon"),
        MeetingForm.DIGITAL: N_("På nätet"),
    }
)
EVERYDAY: Mapping[Need, str] = MappingProxyType(
    {
        Need.PARENTING: N_(
            "förälder mamma pappa bebis barn småbarn tonåring trots gränser skrik bråk läggning skärm uppfostran"
            " bonusförälder ensamstående förskola skola orkar tålamod"
        ),
        Need.FAMILY: N_(
            "familj relation par sambo gift skilsmässa separation skilda umgänge vårdnad bråk gräl tjafs otrohet"
            " syskon anhörig hemma"
        ),
        Need.YOUNG: N_("ung unga ungdom tonåring tonår fritid kompisar plugg skola skolk fritidsgård mobbad mobbning"),
        Need.MENTAL_HEALTH: N_(
            "mår må dåligt ledsen deppig depression nere ångest oro orolig stress stressad sömn sover panik trött"
            " gråter utbränd självmord skära psykisk ohälsa funktionsnedsättning adhd autism"
        ),
        Need.LONELINESS: N_("ensam ensamhet isolerad vänner kompis träffa sällskap gemenskap prata utanför"),
        Need.VIOLENCE: N_(
            "våld slår slagen misshandel hot hotad rädd kontroll kontrollerar svartsjuk stalkad förföljd heder"
            " hedersvåld tvång bortgift våldtäkt sexuella övergrepp aggressiv ilska slagit kvinnojour"
        ),
        Need.ALCOHOL_DRUGS_GAMBLING: N_(
            "alkohol dricker full sprit öl vin fylla nykter droger knark drog cannabis hasch tabletter tramadol"
            " beroende missbruk spel spelar spelmissbruk spelberoende casino betting"
        ),
        Need.MONEY: N_(
            "pengar ekonomi skulder skuld lån inkasso kronofogden räkningar hyra fattig budget bidrag socialbidrag"
            " försörjningsstöd mat råd betala"
        ),
        Need.HOUSING: N_(
            "bo bostad hem hemlös vräkt vräkning lägenhet sova boende härbärge skyddat tak över huvudet fly flytta"
        ),
        Need.LEAVING_CRIME: N_(
            "kriminell kriminalitet gäng brott avhoppare hoppa lämna livsstil polis fängelse frigiven skjutning"
        ),
    }
)
"""What people write when they look for help, word by word. A translation is no translation: it holds what people would
write in that language."""
EMPTY_WORDS = N_(
    "jag du vi han hon de min mitt mina dig mig sig är har vill ha få får kan inte och som att för med om på av till i"
    " en ett det den behöver hjälp stöd någon något"
)
"""What people write around it."""
