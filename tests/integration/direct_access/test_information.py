"""What everybody may read: all support on one page, rights and time limits, how usable the pages are."""

import re
from html import unescape

import pytest
from tests.integration.direct_access.clients import BOARD, Person

from chassis.languages import LANGUAGES
from statute.clocks import APPEAL_CLOCK, PRELIMINARY_CLOCK
from statute.consent import ASSESSED_CHILD_CONSENTS, DIRECT_CHILD_CONSENT


def listed(page: str) -> list[str]:
    """The supports that a page lists, in its order."""
    return re.findall(r'<h3 class="ds-heading" data-size="xs" lang="sv">(?:<a[^>]*>)?<bdi>([^<]+)</bdi>', page)


async def test_direct_and_assessed_support_stand_on_one_page(citizen: Person) -> None:
    page = await citizen.open("/stod")
    assert {"Ungdomssamtal", "Droppin Hamnen", "Familjebehandling hemma"} <= set(listed(page.text))
    assert "Du ansöker. Vi pratar med dig, utreder vad du behöver och fattar ett beslut." in page.text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("alder=30", set()),
        ("alder=14", {"Familjebehandling hemma"}),
        ("alder=16&plats=norrhamn", {"Ungdomssamtal", "Familjebehandling hemma"}),
        ("plats=soderang", set()),
        ("q=ungdomsamtal", {"Ungdomssamtal"}),
        ("behov=money", set()),
    ],
)
async def test_what_one_asks_for_narrows_the_list(citizen: Person, asked: str, shown: set[str]) -> None:
    page = await citizen.open(f"/stod?{asked}")
    of_the_small_catalogue = {"Ungdomssamtal", "Droppin Hamnen", "Familjebehandling hemma"}
    assert set(listed(page.text)) & of_the_small_catalogue == shown
    assert "Hittar du inte det du behöver?" in page.text, "nobody is left with an empty page"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("alder=gammal", "Skriv ett tal med siffror."),
        ("behov=allt", "Välj ett av alternativen."),
        ("talas=klingonska", "Välj ett av alternativen."),
        (f"q={'a' * 101}", "Skriv lite kortare, högst 100 tecken."),
    ],
)
async def test_what_cannot_be_asked_for_is_told_and_kept(citizen: Person, asked: str, said: str) -> None:
    page = await citizen.open(f"/stod?{asked}")
    assert page.status_code == 422
    assert said in page.text


async def test_nothing_that_was_written_is_markup(citizen: Person) -> None:
    page = await citizen.open("/stod?q=%3Cscript%3E%22%27")
    assert '<script>"' not in page.text
    assert 'value="&lt;script&gt;' in page.text


async def test_the_language_changes_and_what_one_looks_for_stays(citizen: Person) -> None:
    page = await citizen.open("/stod?q=skulder&alder=30")
    links = [unescape(link) for link in re.findall(r'href="(/stod\?[^"]+)" hreflang', page.text)]
    assert "/stod?q=skulder&alder=30&sprak=fi" in links


async def test_the_rights_say_what_the_act_says(citizen: Person) -> None:
    page = (await citizen.open("/rattigheter")).text
    for rule, words in [
        (PRELIMINARY_CLOCK, f"inom {PRELIMINARY_CLOCK.value.length} dagar"),
        (APPEAL_CLOCK, f"inom {APPEAL_CLOCK.value.length} veckor"),
        (DIRECT_CHILD_CONSENT, f"från {DIRECT_CHILD_CONSENT.value} år kan du komma själv"),
        (ASSESSED_CHILD_CONSENTS, f"från {ASSESSED_CHILD_CONSENTS.value} år kan du få det"),
    ]:
        assert words in page
        assert rule.reference in page


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_every_page_links_to_rights_and_accessibility_in_its_language(citizen: Person, language: str) -> None:
    for path in ("/", "/stod", f"/stod/{BOARD}/hamnen"):
        page = await citizen.open(f"{path}?sprak={language}")
        assert f'href="/rattigheter?sprak={language}"' in page.text
        assert f'href="/tillganglighet?sprak={language}"' in page.text
    for path in ("/rattigheter", "/tillganglighet"):
        assert (await citizen.open(f"{path}?sprak={language}")).status_code == 200


async def test_the_statement_says_where_to_tell_of_faults_and_who_sees_to_the_law(citizen: Person) -> None:
    page = (await citizen.open("/tillganglighet")).text
    assert "mailto:tillganglighet@ekhamn.example" in page
    assert "digg.se/tdosanmalan" in page
    assert "Senast gick vi igenom sidorna" in page
