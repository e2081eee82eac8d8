"""What the README of an exported ledger says, in English and in Finnish, to whoever is to check it."""

from __future__ import annotations

README = """\
THE CONSENT LEDGER OF A WEBSITE, FOR WHOEVER IS TO CHECK IT
(suomeksi alempana)

This folder holds every decision about cookies that visitors of a website made, as the website recorded it. You can
check that none was altered, added afterwards or taken out. You need Python 3.8 or later and nothing else: no network,
and nothing from those who gave you this folder. It holds personal data: keep it as such.

  1. Read verifier.py, or have it read: it is one short program.
  2. Open a terminal in this folder and type
         python3 verifier.py .
     It names each finding with the number of the record. The exit status is 0 where there is none.
  3. Compare key.txt with the key that the website had told somebody before, in its notice or in a letter.
  4. If you, or anybody else, were given a checkpoint earlier, name it:
         python3 verifier.py . checkpoint-from-somebody-else.txt
     Whoever holds the website's secret key could make a whole new ledger. It would not agree with that checkpoint.

What is what
  leaves.jsonl     a line for each entry, without personal data; the lines make a tree whose root is signed
  records.jsonl    what was decided (payload), and apart from it whose decision it was and just when (person)
  checkpoint.txt   size and root of the tree, signed (Ed25519); older ones are in checkpoints/
  key.txt          the public half of the key that signed, or of several
  shown/           what visitors were shown, each file named by its SHA-256, as records name it

A record may be absent where a person had it erased (GDPR art. 17) or its time was past (art. 5(1)(e)); its personal
part may be absent where it was unlinked. Each time a later leaf says so, and the verifier takes nothing else for it.


VERKKOSIVUSTON SUOSTUMUSKIRJANPITO TARKASTAJALLE

Tässä kansiossa on jokainen evästeitä koskeva valinta, jonka sivuston kävijät ovat tehneet, sellaisena kuin sivusto on
sen kirjannut. Voit tarkistaa, ettei yhtäkään ole muutettu, lisätty jälkikäteen tai poistettu. Siihen tarvitaan Python
3.8 tai uudempi eikä mitään muuta: ei verkkoyhteyttä eikä mitään kansion antajalta. Kansiossa on henkilötietoja:
käsittele sitä sen mukaisesti.

  1. Lue verifier.py tai anna se luettavaksi: se on yksi lyhyt ohjelma.
  2. Avaa pääte tässä kansiossa ja kirjoita
         python3 verifier.py .
     Ohjelma nimeää jokaisen havainnon tietueen numerolla. Paluuarvo on 0, jos havaintoja ei ole.
  3. Vertaa tiedostoa key.txt avaimeen, jonka sivusto on ilmoittanut aiemmin, tietosuojaselosteessaan tai kirjeessä.
  4. Jos sinä tai joku muu on saanut tarkistuspisteen aiemmin, anna se ohjelmalle:
         python3 verifier.py . toiselta-saatu-tarkistuspiste.txt
     Sivuston salaisen avaimen haltija voisi tehdä kokonaan uuden kirjanpidon. Se ei täsmäisi tuohon pisteeseen.

Mitä mikin on
  leaves.jsonl     rivi kutakin kirjausta kohti, ilman henkilötietoja; rivit muodostavat puun, jonka juuri on
                   allekirjoitettu
  records.jsonl    mitä valittiin (payload) ja siitä erillään kenen valinta se oli ja tarkalleen milloin (person)
  checkpoint.txt   puun koko ja juuri allekirjoitettuna (Ed25519); vanhemmat ovat kansiossa checkpoints/
  key.txt          allekirjoittaneen avaimen tai avainten julkinen puolisko
  shown/           mitä kävijöille näytettiin; tiedoston nimi on sen SHA-256, jolla tietueet siihen viittaavat

Tietue voi puuttua, jos henkilö on saanut sen poistetuksi (tietosuoja-asetuksen 17 artikla) tai sen säilytysaika on
päättynyt (5 artiklan 1 kohdan e alakohta). Henkilöosa voi puuttua, jos se on irrotettu. Kulloinkin sen sanoo myöhempi
rivi leaves.jsonl-tiedostossa, eikä tarkistusohjelma hyväksy mitään muuta selitystä.
"""
