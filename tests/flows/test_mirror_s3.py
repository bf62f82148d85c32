"""`mojoraya publish` against a real server of the S3 API on loopback: what readers find, and what is told."""

from __future__ import annotations

import logging
import re
import shutil
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from moto.server import ThreadedMotoServer
from support.mirrors import Watched, few_files, fs_of, hashes_of, other_page, put_in_force, read_whole
from support.office import Office

from cli.main import main
from flows.mirror import mirror
from flows.mirror_refusals import PublishRefused
from flows.mirror_store import open_store

pytestmark = pytest.mark.trial
PROJECT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "publishing.md").read_text("utf-8"), re.DOTALL)
SECRET = "rahasia-sekali-0123456789"  # noqa: S105  of a server that forgets it
NEXT = "2026-12-01-0123456789ab"
Publish = Callable[..., int]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def ask(url: str, method: str = "POST", data: bytes | None = None) -> None:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        urllib.request.Request(url, data=data, method=method)  # noqa: S310  our own server
    ).close()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket, and the environment that leads to it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    ask(f"{server}/moto-api/reset")
    ask(f"{server}/bappeda", "PUT")
    given = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "kunci",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return "s3://bappeda/raya"


@pytest.fixture
def office(office: Office) -> Office:
    """A small office whose release has few files, so that sending it takes no time."""
    put_in_force(office.settings.data, change=few_files)
    return office


@pytest.fixture
def publish(office: Office) -> Publish:
    return lambda *words: main(["publish", *words, "--data", str(office.settings.data)])


def test_a_release_is_read_from_elsewhere_by_the_programs_of_the_page(
    small_night: Path, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_night / "data", data, symlinks=True)
    assert main(["publish", bucket, "--snapshots", "none", "--data", str(data)]) == 0
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for program in PROGRAMS:
        exec(compile(program, "publishing.md", "exec"), names)  # noqa: S102  our own page
    here = pd.read_parquet(data / "current" / "joint_poverty.parquet")
    pd.testing.assert_frame_equal(names["poverty"], here)
    assert names["raya"][2023] == pytest.approx(9.3839, abs=1e-4)
    current = names["rates"].to_pandas().query("superseded_at.isna() and period == '2023'")
    assert current["value"].to_list() == [names["raya"][2023]]
    (tmp_path / "current").symlink_to("rilis")
    assert hashes_of(data) == hashes_of(tmp_path)


def test_in_a_store_only_what_changed_goes_over_the_line(office: Office, bucket: str) -> None:
    first = mirror(office.settings, open_store(bucket))
    assert first.copied == 0
    again = Watched(open_store(bucket))
    mirror(office.settings, again)
    assert again.writes == []
    put_in_force(office.settings.data, release_id=NEXT, change=other_page("lain"))
    found = mirror(office.settings, open_store(bucket))
    assert (found.sent, found.copied) == (3, first.sent - 3)
    assert read_whole(open_store(bucket)) == (NEXT, hashes_of(office.settings.data))


def test_a_browser_is_told_what_a_page_is_and_that_the_pointer_changes(office: Office, bucket: str) -> None:
    folder = mirror(office.settings, open_store(bucket)).pointer.folder
    fs = fs_of(bucket)
    page, pointer = (
        fs.call_s3("head_object", Bucket="bappeda", Key=f"raya/{name}")
        for name in (f"{folder}/index.html", "current.json")
    )
    assert page["ContentType"] == "text/html"
    assert pointer["ContentType"] == "application/json"
    assert pointer["CacheControl"] == "no-cache"


def test_what_was_published_is_told_and_remembered(
    office: Office, bucket: str, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    release = (office.settings.data / "current").resolve().name
    assert publish(bucket + "/") == 0
    first = capsys.readouterr().out
    assert f"Rilis {release} terbit di {bucket}.\n" in first
    assert "kirim   joint_poverty.parquet" in first
    assert publish(bucket, "--lang", "en") == 0
    assert f"The release {release} is published at {bucket} already; the pointer stays." in capsys.readouterr().out
    main(["status", "--data", str(office.settings.data)])
    assert f"Cermin         : {bucket}, rilis {release} sejak" in capsys.readouterr().out
    put_in_force(office.settings.data, release_id=NEXT)
    main(["status", "--data", str(office.settings.data)])
    assert "belum rilis yang berlaku" in capsys.readouterr().out


def test_a_night_publishes_and_one_that_cannot_says_so_and_tries_again(office: Office, bucket: str) -> None:
    settings = office.settings.model_copy(update={"publish": bucket})
    night = Office(settings)
    assert night.run().exit_code == 0
    release, found = read_whole(open_store(bucket))
    assert found == hashes_of(settings.data)
    lost = Office(settings.model_copy(update={"publish": "s3://tidak-ada/raya"})).run()
    assert (lost.exit_code, lost.release) == (3, release)
    assert lost.problems_id == [
        "Cermin: s3://tidak-ada/raya tidak ada. Buat bucket-nya dahulu, atau perbaiki alamatnya."
    ]
    assert lost.problems_id[0] in lost.summary("id")
    assert night.run().exit_code == 0


def test_without_keys_it_is_said_which(
    bucket: str, publish: Publish, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert publish(bucket) == 1
    assert "Kunci untuk s3://bappeda/raya belum ada. Isi AWS_ACCESS_KEY_ID" in capsys.readouterr().err


def test_keys_that_the_store_does_not_know_are_refused_without_showing_them(
    bucket: str, publish: Publish, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
    assert publish(bucket) == 1
    told = capsys.readouterr()
    assert "s3://bappeda/raya menolak kuncinya" in told.err
    assert SECRET not in told.err + told.out


def test_a_bucket_that_is_not_there_is_said(bucket: str, publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    del bucket
    assert publish("s3://tidak-ada/raya") == 1
    assert "s3://tidak-ada/raya tidak ada. Buat bucket-nya dahulu" in capsys.readouterr().err
    assert publish("s3://salah!!/raya") == 1
    assert "s3://salah!!/raya menolak (ParamValidationError)" in capsys.readouterr().err


def test_a_store_that_is_not_reached_is_said(
    bucket: str, publish: Publish, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        assert publish(bucket) == 1
    assert "tidak terjangkau. Periksa jaringan dan AWS_ENDPOINT_URL" in capsys.readouterr().err


def test_a_driver_that_is_not_installed_is_said(
    publish: Publish, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    assert publish("gs://bappeda/raya") == 1
    told = capsys.readouterr().err
    assert told == "Paket untuk alamat gs:// belum terpasang. Ketik: .venv/bin/python -m pip install gcsfs\n"


@pytest.mark.parametrize(
    "address",
    [
        "s3://AKIA:sandi@bappeda/raya",
        "https://u:sandi@x/y",
        "s3://bappeda/raya?token=sandi",
        "u:sandi@x",
        "s3://a@b#sandi",
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(
    publish: Publish, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert publish(address) == 2
    told = capsys.readouterr()
    assert "memuat sandi atau token" in told.err
    assert "sandi@" not in told.err + told.out
    assert "token=" not in told.err


def test_a_setting_with_a_secret_stops_every_verb_and_is_not_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOJORAYA_PUBLISH", "s3://AKIA:sandi@bappeda/raya")
    assert main(["install", "--print"]) == 2
    told = capsys.readouterr()
    assert "alamatnya memuat sandi atau token" in told.err
    assert "AKIA" not in told.err + told.out


@pytest.mark.parametrize(
    "address",
    [
        "bappeda/raya",
        "/mnt/berbagi",
        "ftp://x/y",
        "s3://",
        "s3:///x",
        "file://mnt/x",
        "s3://a/../b",
        "zip::s3://a/b",
        "s3://a/*",
    ],
)
def test_what_is_no_address_is_refused_with_examples(
    publish: Publish, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert publish(address) == 2
    assert f"'{address}' bukan alamat penyimpanan. Contoh: s3://bucket/folder" in capsys.readouterr().err


def test_a_shared_folder_must_be_there_and_be_no_data_folder(
    office: Office, publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(f"file://{tmp_path}/tidak-terpasang") == 2
    assert "Pasang diskanya" in capsys.readouterr().err
    for inside in (office.settings.data, office.settings.data.parent):
        assert publish(f"file://{inside}") == 2
        assert "di dalam folder data" in capsys.readouterr().err
    (tmp_path / "berbagi").mkdir()
    assert publish(f"file://{tmp_path}/berbagi", "--snapshots", "none") == 0
    assert {path.name for path in (tmp_path / "berbagi").iterdir()} == {"current.json", "releases"}


def test_what_is_missing_on_the_command_line_is_said(
    publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOJORAYA_PUBLISH", raising=False)
    assert publish() == 2
    assert "MOJORAYA_PUBLISH" in capsys.readouterr().err
    (tmp_path / "berbagi").mkdir()
    assert publish(f"file://{tmp_path}/berbagi", "--keep", "1") == 2
    monkeypatch.setenv("MOJORAYA_PUBLISH", f"file://{tmp_path}/berbagi")
    assert publish() == 0
    assert main(["publish", "--data", str(tmp_path / "baru")]) == 1
    assert "Belum ada rilis" in capsys.readouterr().err


def test_a_refusal_says_nothing_that_a_driver_said() -> None:
    from flows.mirror_refusals import refusal_of

    told = refusal_of("s3://b/x", RuntimeError("SecretKey=abc"))
    assert "abc" not in told.id + told.en
    assert isinstance(PublishRefused(told), ValueError)
