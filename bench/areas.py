"""`python3 -m bench.areas`: does `storage/areas.csv` still say what the official list says? Needs the package index.

It installs the named release of vietnam-provinces in a temporary folder (only to read it: the package is GPL and asks
for a newer Python than ours) and compares the province's kind and every ward's code and name, in the package's table
and in its JSON, which disagree about the province. Exit 1 where anything differs. `--release` names another.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RELEASE = "2026.9.0"  # the one that storage/areas.csv names
TABLE = Path(__file__).parent.parent / "storage" / "areas.csv"
PROVINCE, PROVINCE_NAME = 75, "Thành phố Đồng Nai"

Wards = dict[str, str]  # code of five digits → name with its kind


def ours() -> Wards:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {code: name for code, name, _ in (line.split(",") for line in lines[1:])}


def in_json(folder: Path) -> Wards:
    whole = json.loads((folder / "data" / "nested-divisions.json").read_text("utf-8"))
    (province,) = (each for each in whole if each["code"] == PROVINCE)
    return {f"{ward['code']:05d}": ward["name"] for ward in province["wards"]}


def in_code(folder: Path) -> tuple[str, Wards]:
    """The province's name and its wards as the package's functions answer; read as text, not run."""
    province, wards = "", {}
    (file,) = folder.glob("*lookup.py")
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [each.value if isinstance(each, ast.Constant) else ast.unparse(each) for each in node.args]
        if f"ProvinceCode.P_{PROVINCE}" in words and node.func.id == "Province":
            province = str(words[0])
        elif f"ProvinceCode.P_{PROVINCE}" in words and node.func.id == "Ward":
            wards[str(words[1]).removeprefix("WardCode.W_")] = str(words[0])
    return province, wards


def differences(folder: Path) -> list[str]:
    """One line for each row that is not the same in all three."""
    province, coded = in_code(folder)
    told = [] if province == PROVINCE_NAME else [f"{PROVINCE}: ours {PROVINCE_NAME}, theirs {province or 'nothing'}"]
    for place, theirs in (("the package's table", coded), ("its JSON", in_json(folder))):
        for code in sorted(ours().keys() | theirs.keys()):
            here, there = ours().get(code, "nothing"), theirs.get(code, "nothing")
            if here != there:
                told.append(f"{code}: ours {here}, {place} {there}")
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", default=RELEASE)
    release = parser.parse_args().release
    with tempfile.TemporaryDirectory() as folder:
        command = "download --quiet --no-deps --python-version 3.13 --only-binary :all: --disable-pip-version-check"
        package = ["--dest", folder, f"vietnam-provinces=={release}"]
        subprocess.run([sys.executable, "-m", "pip", *command.split(), *package], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(folder)
        found = differences(Path(folder) / "vietnam_provinces")
    print("\n".join(found) or f"storage/areas.csv says what vietnam-provinces {release} says: {len(ours())} rows.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
