from tests.integration.direct_access.clients import BOARD, Person


async def test_x(editor: Person, citizen: Person, staff: Person) -> None:
    for path in (
        "/",
        "/stod",
        "/stod/kvitto",
        "/prata",
        f"/stod/{BOARD}/ungdomssamtal",
        f"/stod/{BOARD}/hamnen",
        f"/stod/{BOARD}/familjebehandling",
        f"/stod/{BOARD}/ungdomssamtal/prata",
    ):
        page = await citizen.open(path)
        assert page.status_code == 200, (path, page.text)
    page = await staff.open("/personal")
    assert page.status_code == 200, page.text
