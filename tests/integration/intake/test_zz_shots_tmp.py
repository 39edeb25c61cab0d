"""Take pictures of intake's pages. Run by pytest."""
import asyncio, socket, re, sys, dataclasses
from pathlib import Path
import uvicorn, httpx
from playwright.async_api import async_playwright
from tests.integration.intake.conftest import *
OUT=Path("/tmp/intake_shots"); OUT.mkdir(exist_ok=True)

async def test_shots(postgres, tmp_path_factory):
    folder = tmp_path_factory.mktemp("intake")
    tokens = TokenIssuer(folder)
    database, keyring = await postgres.create_database("intake"), await postgres.create_database("keyring")
    own = ROOT / "services" / "intake" / "migrations"
    await migrate(database.owner_dsn, database.app_role, [ROOT / "libs" / "chassis" / "migrations", own])
    await migrate(keyring.owner_dsn, keyring.app_role, [ROOT / "libs" / "keyring" / "migrations"])
    settings = Settings(database=database.app_dsn, keyring=keyring.app_dsn, master_key_file=folder / "unused", kafka="unused", port=0,
        jwks=str(tokens.jwks_file), issuer=ISSUER, audience=AUDIENCE, municipality=ROOT / "infra" / "example" / "municipality.toml", assets=ROOT/".tools/assets")
    async with open_desk(SERVICE, settings, MasterKey(secrets.token_bytes(32))) as desk:
        app = build_app(SERVICE, settings, desk)
        lst = socket.socket(); lst.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{lst.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([lst]))
        await asyncio.sleep(0.5)
        async with httpx.AsyncClient(base_url=url) as http:
            client = Client(http, tokens)
            rep = (await client.send("/reports", {**FROM_SCHOOL,"guardian_contact":"070-174 06 05","other_guardian_name":"Bo Testsson"})).json()["case_id"]
            app1 = (await client.send("/applications", {"what":"Jag behöver hjälp hemma med barnen.","district":"centrum","interpreter":"ar","language":"ar"})).json()["case_id"]
            await client.send("/reports", CONCERN)
            rep2 = (await client.send("/reports", FROM_SCHOOL)).json()["case_id"]
            from chassis.timers import Timers
            from intake.main import on_timer
            from chassis.clock import now
            from datetime import timedelta
            await Timers(desk.store, SERVICE.deciders, on_timer, clock=lambda: now() + timedelta(days=1)).run_due()
            await client.send(f"/reports/{rep2}/protection-assessment", {"immediate_protection": False, "assessment":"Barnet är tryggt i dag. Skolan ser till barnet fram till klockan fyra, sedan hämtar mormor."}, role="qualified_caseworker")
        async with async_playwright() as pw:
            b = await pw.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            async def shots(name, go, token=None, langs=("sv","ar"), widths=(390,1280)):
                for lang in langs:
                    for w in widths:
                        ctx = await b.new_context(viewport={"width":w,"height":844}, extra_http_headers={"Authorization":f"Bearer {token}"} if token else {}, reduced_motion="reduce")
                        page = await ctx.new_page()
                        await go(page, "" if lang=="sv" else f"?sprak={lang}")
                        over = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                        if over: print("OVERFLOW", name, lang, w)
                        await page.screenshot(path=OUT/f"{name}-{lang}-{w}.png", full_page=True)
                        await ctx.close()
            async def apply(p,q): await p.goto(url+"/ansok"+q)
            async def apply_err(p,q):
                await apply(p,q); await p.fill("#number","19640823-3230"); await p.fill("#what","Jag behöver någon att prata med."); await p.click("main button[value=check]")
            async def apply_check(p,q):
                await apply(p,q); await p.fill("#what","Jag behöver någon att prata med."); await p.select_option("#district","norrhamn"); await p.check("#talk_first"); await p.click("main button[value=check]")
            async def apply_receipt(p,q): await apply_check(p,q); await p.click("main button[value=send]")
            async def comp(p,q): await p.goto(url+"/ansok/komplettera"+q)
            async def comp_err(p,q): await comp(p,q); await p.fill("#code","BCDFG-BCDFG-BCDFG"); await p.fill("#name","Ali Testberg"); await p.click("main button[value=send]")
            async def comp_receipt(p,q):
                await apply_receipt(p,q); code=(await p.locator(".reference").nth(1).inner_text()); await comp(p,q); await p.fill("#code",code); await p.fill("#name","Ali Testberg"); await p.click("main button[value=send]")
            async def oro(p,q): await p.goto(url+"/oro"+q)
            async def oro_err(p,q): await oro(p,q); await p.click("main button[value=check]")
            async def oro_check(p,q):
                await oro(p,q); await p.fill("#told","Barnet är ofta ensamt hemma på kvällarna."); await p.fill("#child_name","Kim Testsson"); await p.select_option("#district","centrum"); await p.check("#reporter"); await p.click("main button[value=check]")
            async def oro_receipt(p,q): await oro_check(p,q); await p.click("main button[value=send]")
            for n,g in [("apply",apply),("apply_err",apply_err),("apply_check",apply_check),("apply_receipt",apply_receipt),("comp_err",comp_err),("comp_receipt",comp_receipt),("oro",oro),("oro_err",oro_err),("oro_check",oro_check),("oro_receipt",oro_receipt)]:
                await shots(n,g)
            tok = tokens.issue("qualified_caseworker",[NORTH],"q-7")
            def at(path):
                async def go(p,q): await p.goto(url+path)
                return go
            async def refused(p,q):
                await p.goto(url+f"/handlaggare/intake/{rep}/steg/preliminary-assessment"); await p.check("#open-2"); await p.fill("#reasons","Skolan hjälper redan."); await p.click("main button[value=send]")
            for n,g in [("list",at("/handlaggare/intake")),("case",at(f"/handlaggare/intake/{rep}")),("case2",at(f"/handlaggare/intake/{rep2}")),("case_app",at(f"/handlaggare/intake/{app1}")),("step",at(f"/handlaggare/intake/{rep}/steg/protection-assessment")),("step_ext",at(f"/handlaggare/intake/{rep}/steg/extension")),("step_comp",at(f"/handlaggare/intake/{app1}/steg/completion")),("step_ask",at(f"/handlaggare/intake/{app1}/steg/completion-request")),("refused",refused)]:
                await shots(n,g,tok,("sv",))
            await b.close()
        server.should_exit=True
        await serving
