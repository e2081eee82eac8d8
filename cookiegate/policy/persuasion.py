"""Phrases that talk visitors into consent, by language: our own texts hold none, and in a policy they are a doubt.

Consent is informed and unambiguous (GDPR art. 4(11)), so a notice says what happens and neither praises nor worries
(EDPB guidelines 03/2022, emotional steering). Beginnings of words are given where languages inflect.
"""

from __future__ import annotations

import re

# "we value your privacy" · "the best experience" · "continue without accepting", in the words sites use for it
_PHRASES = {
    "bg": ("ценим (вашата|поверителността)", "най-добро(то)? (изживяване|преживяване)", "продълж\\w+ без (да )?прием"),
    "cs": (
        "(vážíme si|záleží nám na) va\\w+ soukromí",
        "(nej)?lepší (\\w+ )?(zážit|zkušenost)",
        "pokračovat bez přijetí",
    ),
    "da": (
        "(værdsætter|respekterer|værner om) (dit|din) priv",
        "bedst\\w* mulig|bedste oplevelse",
        "fortsæt uden at accept",
    ),
    "de": (
        "(Ihre|deine) (Privatsphäre|Daten) (ist|sind|liegt|liegen) uns|(schätzen|respektieren) (Ihre|deine) Privat",
        "best\\w+ (möglich\\w+ )?(Erlebnis|Erfahrung|Nutzererlebnis)|bestmöglich",
        "weiter ohne (Zustimmung|Einwilligung|zu)",
    ),
    "el": (
        "(σεβόμαστε|εκτιμούμε|νοιαζόμαστε για) (το|την) (απόρρητ|ιδιωτικότητ)",
        "καλύτερη (δυνατή )?εμπειρία",
        "συνέχεια χωρίς (αποδοχή|συγκατάθεση)",
    ),
    "en": (
        "(value|respect|care about|committed to) your (privacy|data)|your privacy (is important|matters)",
        "best (possible )?(user |browsing )?experience|(enhance|improve) your (\\w+ )?experience|trusted partners",
        "continue without (accepting|agreeing|consent)",
    ),
    "es": (
        "(valoramos|respetamos|nos importa|nos preocupa) (su|tu) (privacidad|intimidad)",
        "mejor experiencia",
        "continuar sin aceptar",
    ),
    "et": (
        "(hindame|austame|hoolime) (teie|sinu) privaatsus",
        "(parim\\w*|parema) (võimalik\\w* )?(kasutus)?kogemus",
        "jätka\\w* ilma nõustumata",
    ),
    "fi": (
        "(arvostamme|kunnioitamme|välitämme) (sinun )?(yksityisyy|tietosuoja)|yksityisyytesi on meille",
        "(paras|parhaan|parasta|parempi|paremman) (mahdolli\\w+ )?(käyttö|asiakas)?kokemu|luotet\\w+ kumppan",
        "jatka (ilman|hyväksymättä)",
    ),
    "fr": (
        "votre vie privée (nous|est|compte)|(respectons|protégeons) votre vie privée",
        "meilleure expérience",
        "continuer sans accepter",
    ),
    "ga": (
        "(is mór againn|tá meas againn ar) do phríobháideach",
        "eispéireas is fearr|an t-eispéireas is fearr",
        "lean ar aghaidh gan glacadh",
    ),
    "hr": (
        "(cijenimo|poštujemo|stalo nam je do) (vaš\\w+|tvoj\\w+) privatnost",
        "najbolje (moguće )?(iskustvo|korisničko)",
        "nastavi\\w* bez prihvaćanja",
    ),
    "hu": (
        "(fontos számunkra|tiszteletben tartjuk) az? (ön|te)\\w* (adat|magán)|fontos számunkra az adat",
        "(leg)?jobb (felhasználói )?élmény",
        "folytatás elfogadás nélkül",
    ),
    "is": (
        "(virðum|okkur er annt um) friðhelgi|friðhelgi þín skiptir",
        "bestu (mögulegu )?upplifun",
        "halda áfram án (þess að )?samþykk",
    ),
    "it": (
        "la tua privacy|(teniamo|rispettiamo) (alla )?(tua|vostra|sua) privacy",
        "migliore esperienza|esperienza migliore",
        "continua senza accettare",
    ),
    "lt": (
        "(vertiname|gerbiame|rūpinamės) jūsų privatum",
        "geriausi\\w+ (įmanom\\w+ )?(patirt|naudojim)",
        "tęsti be sutikimo|tęsti nesutik",
    ),
    "lv": (
        "(cienām|rūpējamies par|novērtējam) (jūsu|tavu) privātum",
        "(vis)?labāk\\w+ (iespējam\\w+ )?(lietošanas )?pieredz",
        "turpināt (bez|nepiekrītot)",
    ),
    "mt": (
        "(napprezzaw|nirrispettaw) il-privatezza tiegħek",
        "aħjar esperjenza|l-aqwa esperjenza",
        "kompli mingħajr ma taċċetta",
    ),
    "nb": (
        "(verdsetter|respekterer|verner om) (ditt|din) (privat|person)|personvernet ditt er viktig",
        "best mulig|beste (mulige )?(bruker)?opplevelse",
        "fortsett uten å (godta|samtykke)",
    ),
    "nl": (
        "(waarderen|respecteren|hechten) (aan )?(uw|je) privacy|(uw|je) privacy is belangrijk",
        "beste (mogelijke )?ervaring",
        "doorgaan zonder (te )?(accepteren|toestem)",
    ),
    "pl": (
        "(cenimy|szanujemy|dbamy o) (Twoją|Państwa|Pani) prywatność",
        "najleps\\w+ (możliw\\w+ )?(doświadcze|wrażen)",
        "kontynuuj bez (akceptacji|zgody)|przejdź dalej bez",
    ),
    "pt": (
        "(valorizamos|respeitamos|preocupamo-nos com) a sua (privacidade|vida)",
        "melhor experiência",
        "continuar sem aceitar",
    ),
    "ro": (
        "(prețuim|respectăm|ne pasă de) (confidențialitatea|intimitatea|viața)",
        "cea mai bună experiență|cele mai bune experien",
        "continu\\w+ fără (a )?(accepta|acord)",
    ),
    "sk": (
        "(vážime si|záleží nám na) v\\w+ súkrom",
        "(naj)?lepší\\w* (\\w+ )?(zážit|skúsenos)",
        "pokračovať bez (prijatia|súhlasu)",
    ),
    "sl": (
        "(cenimo|spoštujemo|skrbimo za) vašo zasebnost",
        "najboljš\\w+ (možn\\w+ )?(izkušnj|uporabnišk)",
        "nadaljuj\\w* brez (sprejema|soglasja|privolitve)",
    ),
    "sv": (
        "(värnar om|värdesätter|respekterar) (din|er) (integritet|personliga)|din integritet är viktig",
        "bästa (möjliga )?(användar)?upplevelse|bästa möjliga|betrodda partner",
        "fortsätt utan att (godkänna|acceptera)",
    ),
}
_PATTERNS = {language: re.compile("|".join(phrases), re.IGNORECASE) for language, phrases in _PHRASES.items()}


def find_persuasion(language: str, text: str) -> str:
    """The first phrase in a text that persuades rather than informs, or ""."""
    found = _PATTERNS[language].search(text)
    return found[0] if found else ""
