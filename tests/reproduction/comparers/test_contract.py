"""Each comparer that needs no library of its own keeps the contract; files are made by hand."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from whence.reproduction.comparers.archives import ArchiveComparer, GzipComparer
from whence.reproduction.comparers.guarded_models import SkopsComparer
from whence.reproduction.comparers.lightgbm import LightGBMComparer
from whence.reproduction.comparers.npy import NpyComparer
from whence.reproduction.comparers.onnx import OnnxComparer
from whence.reproduction.comparers.pickles import PickleComparer
from whence.reproduction.comparers.pictures import DrawingComparer, PictureComparer
from whence.reproduction.comparers.plain_json import JsonComparer
from whence.reproduction.comparers.plain_text import TextComparer
from whence.reproduction.comparers.safetensors import SafetensorsComparer
from whence.reproduction.comparers.tables import TableComparer
from whence.reproduction.comparers.torch import TorchComparer
from whence.reproduction.comparers.xgboost import XGBoostComparer
from whence.reproduction.interface import Comparer, Comparison, Likeness
from whence.testing.comparer_contract import ComparerContract

Files = tuple[bytes, bytes]


def zipped(members: Mapping[str, bytes], year: int = 2026) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), data)
    return packed.getvalue()


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


class TestJson(ComparerContract):
    name = "metrics.json"

    def make_comparer(self) -> Comparer:
        return JsonComparer()

    def alike(self) -> Files:
        return b'{"auc": 0.10, "n": 3}', b'{"n": 3,\n "auc": 0.1}'

    def different(self) -> Files:
        return b'{"auc": 0.81, "loss": NaN}', b'{"auc": 0.82, "loss": NaN}'


class TestText(ComparerContract):
    name = "report.txt"

    def make_comparer(self) -> Comparer:
        return TextComparer()

    def alike(self) -> Files:
        return b"one \r\ntwo\r\n", b"one\ntwo\n"

    def different(self) -> Files:
        return b"the first line\ntwo\n", b"the first line\ntwo point five\n"


class TestCsv(ComparerContract):
    name = "scores.csv"

    def make_comparer(self) -> Comparer:
        return TableComparer()

    def alike(self) -> Files:
        return b"id,score\na,0.5\nb,0.25\n", b'id,score\r\n"a",0.5\r\n"b",0.25\r\n'

    def different(self) -> Files:
        return b"id,score\na,0.5\nb,0.25\n", b"id,score\na,0.5\nb,0.75\nc,1.5\n"


class TestParquet(ComparerContract):
    name = "scores.parquet"
    FRAME = pd.DataFrame({"id": range(50), "score": [it / 7 for it in range(50)]})

    def make_comparer(self) -> Comparer:
        return TableComparer()

    def alike(self) -> Files:
        return self.FRAME.to_parquet(compression="zstd"), self.FRAME.to_parquet(compression=None)

    def different(self) -> Files:
        return self.FRAME.to_parquet(), self.FRAME.assign(score=0.5).to_parquet()


class TestRowsInAnotherOrder(TestParquet):
    name = "scores.feather"

    def alike(self) -> Files:
        return self.feather(self.FRAME), self.feather(self.FRAME.iloc[::-1])

    def different(self) -> Files:
        return self.feather(self.FRAME), self.feather(self.FRAME.iloc[:-1])

    def feather(self, frame: Any) -> bytes:
        file = io.BytesIO()
        frame.reset_index(drop=True).to_feather(file)
        return file.getvalue()

    def test_it_says_that_it_is_the_order(self, tmp_path: Any) -> None:
        found = self.compare(tmp_path, self.alike())
        assert (found.likeness, found.reason) == (Likeness.ROWS, "the same rows in another order")


class TestNpy(ComparerContract):
    name = "weights.npy"

    def make_comparer(self) -> Comparer:
        return NpyComparer()

    def alike(self) -> Files:
        array = np.arange(12.0).reshape(3, 4)
        return npy(array), npy(np.asfortranarray(array))

    def different(self) -> Files:
        return npy(np.arange(12.0)), npy(np.arange(12.0) + 1)


class TestNpz(TestNpy):
    name = "arrays.npz"

    def alike(self) -> Files:
        members = {"x.npy": npy(np.arange(3)), "y.npy": npy(np.array(["a", None], object))}
        return zipped(members), zipped(members, year=2027)

    def different(self) -> Files:
        return zipped({"x.npy": npy(np.arange(3))}), zipped({"y.npy": npy(np.arange(3))})


class TestZip(ComparerContract):
    name = "bundle.zip"

    def make_comparer(self) -> Comparer:
        return ArchiveComparer()

    def alike(self) -> Files:
        members = {"a.json": b'{"a": 1}', "folder/b.txt": b"b"}
        return zipped(members), zipped(dict(reversed(members.items())), year=2027)

    def different(self) -> Files:
        return zipped({"a.json": b'{"a": 1}'}), zipped({"a.json": b'{"a": 2}'})


def tarred(members: Mapping[str, bytes], mtime: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            told = tarfile.TarInfo(name)
            told.size, told.mtime = len(data), mtime
            archive.addfile(told, io.BytesIO(data))
        link = tarfile.TarInfo("latest")
        link.type, link.linkname = tarfile.SYMTYPE, "../../etc/passwd"
        archive.addfile(link)
    return packed.getvalue()


class TestTar(ComparerContract):
    name = "bundle.tar"

    def make_comparer(self) -> Comparer:
        return ArchiveComparer()

    def alike(self) -> Files:
        return tarred({"../a": b"1"}, 1), tarred({"../a": b"1"}, 2)

    def different(self) -> Files:
        return tarred({"a": b"1"}, 1), tarred({"a": b"1", "b": b"2"}, 1)


class TestGzip(ComparerContract):
    name = "log.txt.gz"

    def make_comparer(self) -> Comparer:
        return GzipComparer()

    def alike(self) -> Files:
        return gzip.compress(b"lines\n" * 9, mtime=1), gzip.compress(b"lines\n" * 9, mtime=2)

    def different(self) -> Files:
        return gzip.compress(b"one\n", mtime=1), gzip.compress(b"two\n", mtime=1)


class TestPackedTar(TestGzip):
    name = "bundle.tgz"

    def alike(self) -> Files:
        packed = (gzip.compress(tarred({"a": b"1"}, at), mtime=at) for at in (1, 2))
        return next(packed), next(packed)

    def different(self) -> Files:
        packed = (gzip.compress(tarred({"a": it}, 1), mtime=1) for it in (b"1", b"2"))
        return next(packed), next(packed)


class TestPickle(ComparerContract):
    name = "model.pkl"

    def make_comparer(self) -> Comparer:
        return PickleComparer()

    def alike(self) -> Files:
        value = {"weights": np.arange(3.0), "names": ["a", "b"], "n_jobs": 1}
        return pickle.dumps(value, 2), pickle.dumps({**value, "n_jobs": 8}, 5)

    def different(self) -> Files:
        return pickle.dumps({"weights": np.arange(9.0)}), pickle.dumps({"weights": np.ones(9)})


def safetensors(header: Mapping[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


class TestSafetensors(ComparerContract):
    name = "model.safetensors"

    def make_comparer(self) -> Comparer:
        return SafetensorsComparer()

    def tensors(self, first: float, **metadata: str) -> bytes:
        told = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        header = {"a": told, "__metadata__": metadata}
        return safetensors(header, struct.pack("<2f", first, 2.0))

    def alike(self) -> Files:
        return self.tensors(1.0, format="pt"), self.tensors(1.0, format="pt", when="now")

    def different(self) -> Files:
        return self.tensors(1.0), self.tensors(1.5)


class TestTorch(ComparerContract):
    name = "model.pt"

    def make_comparer(self) -> Comparer:
        return TorchComparer()

    def checkpoint(self, first: float, year: int) -> bytes:
        # {"w": a tensor of two numbers}, as torch pickles it at protocol 2
        storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQ"
        tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0K\x02\x85K\x01\x85\x89}tR"
        main = b"\x80\x02}X\x01\0\0\0w" + tensor + b"s."
        data = struct.pack("<2f", first, 2.0)
        return zipped({"m/data.pkl": main, "m/byteorder": b"little", "m/data/0": data}, year)

    def alike(self) -> Files:
        return self.checkpoint(1.0, 2026), self.checkpoint(1.0, 2027)

    def different(self) -> Files:
        return self.checkpoint(1.0, 2026), self.checkpoint(1.5, 2026)

    def test_a_tensor_is_told_by_its_name(self, tmp_path: Any) -> None:
        found = self.compare(tmp_path, self.different())
        assert found.reason.startswith("first at w[0]: 1.0 was, 1.5 is")


class TestXGBoost(ComparerContract):
    name = "model.json"

    def make_comparer(self) -> Comparer:
        return XGBoostComparer()

    def model(self, base: str, gap: str = "") -> bytes:
        trees = f'{{"trees":[{{"base_weights":[{base},-1.5E0]}}]}}'
        return f'{{"learner":{gap}{trees},"version":[3,2,0]}}'.encode()

    def alike(self) -> Files:
        return self.model("2.5E-1"), self.model("0.25", " ")

    def different(self) -> Files:
        return self.model("2.5E-1"), self.model("3.5E-1")


class TestXGBoostBinary(TestXGBoost):
    name = "model.ubj"

    def model(self, base: str, gap: str = "") -> bytes:
        weights = b"[$d#L" + struct.pack(">q2f", 2, float(base), -1.5)
        plain = b"[d" + struct.pack(">f", float(base)) + b"d" + struct.pack(">f", -1.5) + b"]"
        key = b"L" + struct.pack(">q", 12) + b"base_weights"
        learner = b"{" + key + (plain if gap else weights) + b"}"
        return b"{L" + struct.pack(">q", 7) + b"learner" + learner + b"}"


class TestLightGBM(ComparerContract):
    name = "model.txt"

    def make_comparer(self) -> Comparer:
        return LightGBMComparer()

    def model(self, leaf: str, threads: int) -> bytes:
        return (
            f"tree\nversion=v4\nnum_class=1\ntree_sizes=321\n\nTree=0\nnum_leaves=2\n"
            f"leaf_value={leaf} -0.5\n\nend of trees\n\nfeature_importances:\na=1\n\n"
            f"parameters:\n[num_threads: {threads}]\nend of parameters\n\npandas_categorical:[]\n"
        ).encode()

    def alike(self) -> Files:
        return self.model("0.25", 1), self.model("0.25", 8)

    def different(self) -> Files:
        return self.model("0.25", 1), self.model("0.75", 1)


def field(number: int, data: bytes | int) -> bytes:
    if isinstance(data, int):
        return bytes([number << 3, data])
    return bytes([number << 3 | 2, len(data)]) + data


class TestOnnx(ComparerContract):
    name = "model.onnx"

    def make_comparer(self) -> Comparer:
        return OnnxComparer()

    def model(self, weight: float, producer: bytes) -> bytes:
        raw = struct.pack("<2f", weight, 2.0)
        tensor = field(1, 2) + field(2, 1) + field(8, b"w") + field(9, raw)
        node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"MatMul")
        graph = field(1, node) + field(5, tensor) + field(6, b"")
        return field(1, 8) + field(2, b"torch") + field(3, producer) + field(7, graph)

    def alike(self) -> Files:
        return self.model(1.0, b"2.13.0"), self.model(1.0, b"2.14.1")

    def different(self) -> Files:
        return self.model(1.0, b"2.13.0"), self.model(1.5, b"2.13.0")


class TestSkops(ComparerContract):
    name = "model.skops"

    def make_comparer(self) -> Comparer:
        return SkopsComparer()

    def model(self, number: float, address: int) -> bytes:
        schema = {
            "__class__": "LogisticRegression",
            "__id__": address,
            "content": {"coef_": {"file": f"{address + 1}.npy", "__id__": address + 1}},
        }
        array = npy(np.array([number, 2.0]))
        return zipped({f"{address + 1}.npy": array, "schema.json": json.dumps(schema).encode()})

    def alike(self) -> Files:
        return self.model(1.0, 140021031418800), self.model(1.0, 139921031418800)

    def different(self) -> Files:
        return self.model(1.0, 1), self.model(1.5, 1)


def png(pixels: bytes, text: bytes = b"", level: int = 6) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[at : at + 2] for at in (0, 2))
    parts = [chunk(b"IHDR", head), chunk(b"tEXt", b"Software\0" + text)]
    parts += [chunk(b"IDAT", zlib.compress(rows, level)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


class TestPng(ComparerContract):
    name = "plot.png"

    def make_comparer(self) -> Comparer:
        return PictureComparer()

    def alike(self) -> Files:
        return png(b"\1\2\3\4", b"Matplotlib 3.9", 9), png(b"\1\2\3\4", b"Matplotlib 3.10", 0)

    def different(self) -> Files:
        return png(b"\1\2\3\4"), png(b"\1\2\3\5")

    def compare(self, folder: Any, files: Files) -> Comparison:
        """Without a sandbox, what is not seen to be equal is not read: that is as good as other."""
        found = super().compare(folder, files)
        if found.likeness is not Likeness.UNREAD:
            return found
        return Comparison(Likeness.DIFFERENT, found.comparer, found.reason)


class TestJpeg(TestPng):
    name = "photo.jpg"

    def picture(self, comment: bytes, scan: bytes) -> bytes:
        def segment(marker: int, body: bytes) -> bytes:
            return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

        quantization, start = segment(0xDB, b"\0" + bytes(64)), segment(0xDA, b"\1\1\0")
        return b"\xff\xd8" + segment(0xFE, comment) + quantization + start + scan + b"\xff\xd9"

    def alike(self) -> Files:
        return self.picture(b"today", b"scan"), self.picture(b"yesterday", b"scan")

    def different(self) -> Files:
        return self.picture(b"x", b"scan"), self.picture(b"x", b"other")


class TestSvg(ComparerContract):
    name = "plot.svg"

    def make_comparer(self) -> Comparer:
        return DrawingComparer()

    def drawing(self, moment: str, drawn: str, width: int = 2) -> bytes:
        return (
            f"<svg>\n<dc:date>{moment}</dc:date>\n<clipPath id='p{drawn}'/>\n"
            f"<use href='#p{drawn}' width='{width}'/>\n</svg>\n"
        ).encode()

    def alike(self) -> Files:
        return self.drawing("2026", "0123456789"), self.drawing("2027", "abcdef0123")

    def different(self) -> Files:
        return self.drawing("2026", "0123456789"), self.drawing("2026", "0123456789", 3)


class TestPdf(TestSvg):
    name = "plot.pdf"

    def drawing(self, moment: str, drawn: str, width: int = 2) -> bytes:
        return (
            f"%PDF-1.4\n<< /CreationDate (D:{moment}) /Producer (Matplotlib) >>\n{width} w\n"
            f"trailer << /ID [<{drawn}> <{drawn}>] >>\n"
        ).encode()
