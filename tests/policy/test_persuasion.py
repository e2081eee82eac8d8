"""Phrases that persuade are known in every language; ours are free of them (tests/notices/test_texts.py)."""

from __future__ import annotations

import pytest

from cookiegate.policy import LANGUAGES
from cookiegate.policy.persuasion import find_persuasion

SAID = {
    "bg": ("Ценим вашата поверителност", "За да ви предложим най-доброто изживяване", "Продължете без да приемате"),
    "cs": ("Vážíme si vašeho soukromí", "pro nejlepší možný zážitek", "Pokračovat bez přijetí"),
    "da": ("Vi værdsætter dit privatliv", "for at give dig den bedst mulige oplevelse", "Fortsæt uden at acceptere"),
    "de": ("Ihre Privatsphäre ist uns wichtig", "um Ihnen das beste Erlebnis zu bieten", "Weiter ohne Zustimmung"),
    "el": ("Σεβόμαστε το απόρρητό σας", "για την καλύτερη δυνατή εμπειρία", "Συνέχεια χωρίς αποδοχή"),
    "en": ("We value your privacy", "to give you the best possible experience", "Continue without accepting"),
    "es": ("Valoramos su privacidad", "para ofrecerle la mejor experiencia", "Continuar sin aceptar"),
    "et": ("Hindame teie privaatsust", "et pakkuda parimat kasutuskogemust", "Jätkake ilma nõustumata"),
    "fi": ("Arvostamme yksityisyyttäsi", "jotta saat parhaan mahdollisen käyttökokemuksen", "Jatka hyväksymättä"),
    "fr": ("Nous respectons votre vie privée", "pour une meilleure expérience", "Continuer sans accepter"),
    "ga": ("Is mór againn do phríobháideacht", "an t-eispéireas is fearr", "Lean ar aghaidh gan glacadh"),
    "hr": ("Cijenimo vašu privatnost", "za najbolje iskustvo", "Nastavite bez prihvaćanja"),
    "hu": ("Fontos számunkra az adatvédelem", "a lehető legjobb felhasználói élmény", "Folytatás elfogadás nélkül"),
    "is": ("Við virðum friðhelgi þína", "til að veita þér bestu mögulegu upplifun", "Halda áfram án þess að samþykkja"),
    "it": ("Rispettiamo la tua privacy", "per offrirti la migliore esperienza", "Continua senza accettare"),
    "lt": ("Vertiname jūsų privatumą", "geriausią įmanomą patirtį", "Tęsti be sutikimo"),
    "lv": ("Mēs cienām jūsu privātumu", "vislabāko iespējamo pieredzi", "Turpināt bez piekrišanas"),
    "mt": ("Nirrispettaw il-privatezza tiegħek", "biex nagħtuk l-aħjar esperjenza", "Kompli mingħajr ma taċċetta"),
    "nb": ("Vi verner om ditt privatliv", "for å gi deg den beste opplevelsen", "Fortsett uten å godta"),
    "nl": ("Wij respecteren uw privacy", "om u de beste ervaring te bieden", "Doorgaan zonder te accepteren"),
    "pl": ("Szanujemy Twoją prywatność", "aby zapewnić najlepsze doświadczenia", "Kontynuuj bez akceptacji"),
    "pt": ("Valorizamos a sua privacidade", "para lhe oferecer a melhor experiência", "Continuar sem aceitar"),
    "ro": ("Respectăm confidențialitatea ta", "cea mai bună experiență", "Continuă fără a accepta"),
    "sk": ("Vážime si vaše súkromie", "najlepší zážitok", "Pokračovať bez prijatia"),
    "sl": ("Spoštujemo vašo zasebnost", "za najboljšo možno izkušnjo", "Nadaljujte brez sprejema"),
    "sv": ("Vi värnar om din integritet", "för att ge dig bästa möjliga upplevelse", "Fortsätt utan att godkänna"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_sites_say_to_persuade_is_found_whatever_its_case(language: str) -> None:
    for phrase in SAID[language]:
        assert find_persuasion(language, f"Aa: {phrase}."), phrase
        assert find_persuasion(language, phrase.upper()), phrase


def test_plain_words_are_not_mistaken_for_it() -> None:
    assert find_persuasion("en", "We measure which pages are read, so that we can improve the site.") == ""
    assert find_persuasion("fi", "Mittaamme, miten sivusto toimii, jotta voimme parantaa sitä.") == ""
