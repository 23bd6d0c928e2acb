"""What is fetched and sent over HTTP, by each of the libraries that people use for it."""

import hashlib
from typing import Any

import pytest

from clients.remote.conftest import content
from clients.remote.http import ROWS, SHA256

FETCHES = {
    "requests": "import requests\nprint(len(requests.get(U).content))",
    "requests stream": (
        "import requests\n"
        "with requests.get(U, stream=True) as r: print(sum(map(len, r.iter_content(999))))"
    ),
    "requests raw": (
        "import requests, shutil\n"
        "with requests.get(U, stream=True) as r, open('f', 'wb') as f:\n"
        "    r.raw.decode_content = True\n"
        "    shutil.copyfileobj(r.raw, f)"
    ),
    "requests lines": (
        "import requests\nprint(len(list(requests.get(U, stream=True).iter_lines())))"
    ),
    "urllib3": "import urllib3\nprint(len(urllib3.PoolManager().request('GET', U).data))",
    "urllib3 stream": (
        "import urllib3\n"
        "r = urllib3.PoolManager().request('GET', U, preload_content=False)\n"
        "print(sum(map(len, r.stream(1000))))"
    ),
    "httpx": "import httpx\nprint(len(httpx.get(U, follow_redirects=True).content))",
    "httpx stream": (
        "import httpx\n"
        "with httpx.stream('GET', U, follow_redirects=True) as r: print(len(list(r.iter_lines())))"
    ),
    "httpx async": (
        "import asyncio, httpx\n"
        "async def go():\n"
        "    async with httpx.AsyncClient(follow_redirects=True) as c:\n"
        "        print(len((await c.get(U)).content))\n"
        "asyncio.run(go())"
    ),
    "aiohttp": (
        "import asyncio, aiohttp\n"
        "async def go():\n"
        "    async with aiohttp.ClientSession() as s, s.get(U) as r: print(len(await r.read()))\n"
        "asyncio.run(go())"
    ),
    "aiohttp stream": (
        "import asyncio, aiohttp\n"
        "async def go():\n"
        "    async with aiohttp.ClientSession() as s, s.get(U) as r:\n"
        "        print(sum([len(each) async for each in r.content.iter_chunked(777)]))\n"
        "asyncio.run(go())"
    ),
    "aiohttp lines": (
        "import asyncio, aiohttp\n"
        "async def go():\n"
        "    async with aiohttp.ClientSession() as s, s.get(U) as r:\n"
        "        print(len([each async for each in r.content]))\n"
        "asyncio.run(go())"
    ),
}


@pytest.mark.parametrize("name", FETCHES)
def test_every_form_of_answer_has_its_digest(record: Any, web: str, name: str) -> None:
    paths = ("/rows.csv?part=1&token=hunter2", "/moved", "/packed.csv", "/chunked.csv")
    source = "import sys\n" + "".join(f"U = '{web}{path}'\n{FETCHES[name]}\n" for path in paths)
    told = record(source)
    fetched = {uri: sha256 for uri, sha256 in content(told["used"]).items() if "://" in uri}
    assert fetched == {
        f"{web}/rows.csv?part=1": SHA256,
        f"{web}/moved": SHA256,
        f"{web}/packed.csv": SHA256,
        f"{web}/chunked.csv": SHA256,
    }
    moved = next(each for each in told["used"] if each["name"].endswith("/moved"))
    assert moved["remote"]["final"] == f"{web}/rows.csv"
    assert "hunter2" not in str(told["used"])


@pytest.mark.parametrize("library", ["fsspec", "pandas", "pyarrow"])
def test_what_libraries_fetch_comes_once(record: Any, web: str, library: str) -> None:
    sources = {
        "fsspec": f"import fsspec\nprint(len(fsspec.open('{web}/rows.csv').open().read()))\n",
        "pandas": f"import pandas as pd\nprint(pd.read_csv('{web}/rows.csv').shape)\n",
        "pyarrow": (
            "import fsspec, pyarrow.csv as csv\n"
            f"with fsspec.open('{web}/rows.csv') as f: print(csv.read_csv(f).shape)\n"
        ),
    }
    told = record(sources[library])
    assert content(told["used"]) == {f"{web}/rows.csv": SHA256}
    assert told["gaps"] == []


def test_what_is_sent_is_an_output(record: Any, web: str) -> None:
    told = record(
        "import httpx, requests, asyncio, aiohttp\n"
        "open('out.bin', 'wb').write(b'of a file')\n"
        f"requests.put('{web}/a', data=b'bytes')\n"
        f"requests.put('{web}/b', data=open('out.bin', 'rb'))\n"
        f"requests.post('{web}/c', files={{'file': open('out.bin', 'rb')}})\n"
        f"httpx.post('{web}/d', files={{'file': open('out.bin', 'rb')}})\n"
        "async def go():\n"
        "    async with aiohttp.ClientSession() as s:\n"
        f"        await s.put('{web}/e', data=b'bytes')\n"
        f"        await s.post('{web}/f', data={{'file': open('out.bin', 'rb')}})\n"
        "asyncio.run(go())\n"
        f"requests.post('{web}/api', json={{'a': 1}})\n"
        f"print(requests.get('{web}/api').json())\n"
    )
    file = hashlib.sha256(b"of a file").hexdigest()
    assert content(told["generated"]) == {
        "out.bin": file,
        f"{web}/a": hashlib.sha256(b"bytes").hexdigest(),
        f"{web}/b": file,
        f"{web}/c#out.bin": file,
        f"{web}/d#out.bin": file,
        f"{web}/e": hashlib.sha256(b"bytes").hexdigest(),
        f"{web}/f#out.bin": file,
    }
    assert {(each["method"], each["count"]) for each in told["calls"]} == {("POST", 1), ("GET", 1)}


def test_two_runs_that_read_the_same_share_what_they_read(
    record: Any, project: Any, web: str
) -> None:
    source = (
        f"import requests\nopen('rows.csv', 'wb').write(requests.get('{web}/rows.csv').content)\n"
    )
    first, second = record(source), record(source)
    assert first["used"][0]["artifact"] == second["used"][0]["artifact"]
    (project.folder / "copy.csv").write_bytes(ROWS)
    record("print(len(open('copy.csv').read()))\n")
    copy = project.ask("show", "copy.csv")
    assert [(each["role"], each["basis"]) for each in copy["comes_from"]] == [
        ("copied", "inferred")
    ]


GOOGLE = "token='anon', endpoint_url='{web}'"
AZURE = (
    "connection_string='DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Zm9v;BlobEndpoint={web}/devstoreaccount1;'"
)


def test_googles_storage_is_known_by_its_form(record: Any, web: str) -> None:
    told = record(
        "import fsspec, gcsfs\n"
        f"fs = gcsfs.GCSFileSystem({GOOGLE.format(web=web)})\n"
        "print(len(fs.cat('lake/in/rows.csv')))\n"
        "with fs.open('lake/out.csv', 'wb') as f: f.write(b'some results')\n",
        GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT="false",
    )
    assert content(told["used"]) == {"gs://lake/in/rows.csv": SHA256}
    assert content(told["generated"]) == {
        "gs://lake/out.csv": hashlib.sha256(b"some results").hexdigest()
    }
    assert told["used"][0]["remote"]["version"] == "7"


def test_googles_own_client_is_known_by_its_form(record: Any, web: str) -> None:
    told = record(
        "from google.auth.credentials import AnonymousCredentials\n"
        "from google.cloud import storage\n"
        "c = storage.Client('p', AnonymousCredentials(),\n"
        f"    client_options={{'api_endpoint': '{web}'}})\n"
        "b = c.bucket('lake')\n"
        "print(len(b.blob('in/rows.csv').download_as_bytes()))\n"
        "b.blob('out.csv').upload_from_string('some results')\n"
    )
    assert content(told["used"]) == {"gs://lake/in/rows.csv": SHA256}
    assert content(told["generated"]) == {
        "gs://lake/out.csv": hashlib.sha256(b"some results").hexdigest()
    }


@pytest.mark.parametrize("library", ["adlfs", "azure"])
def test_azures_storage_is_known_by_its_form(record: Any, web: str, library: str) -> None:
    place = AZURE.format(web=web)
    sources = {
        "adlfs": (
            "import adlfs\n"
            f"fs = adlfs.AzureBlobFileSystem({place})\n"
            "print(len(fs.cat_file('box/rows.csv')))\n"
            "fs.pipe_file('box/out.csv', b'some results')\n"
        ),
        "azure": (
            "from azure.storage.blob import BlobServiceClient\n"
            f"s = BlobServiceClient.from_connection_string({place.partition('=')[2]})\n"
            "b = s.get_container_client('box')\n"
            "print(len(b.download_blob('rows.csv').readall()))\n"
            "b.upload_blob('out.csv', b'some results', overwrite=True)\n"
        ),
    }
    told = record(sources[library])
    assert content(told["used"]) == {"az://box/rows.csv": SHA256}
    assert content(told["generated"]) == {
        "az://box/out.csv": hashlib.sha256(b"some results").hexdigest()
    }
    assert told["used"][0]["remote"]["etag"] == "0x8D"
