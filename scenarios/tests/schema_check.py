#!/usr/bin/env python3
"""Checks the JSON Schema of scenario files against the library of scenarios.

    python3 scenarios/tests/schema_check.py SCHEMA.json FILE.toml...

The schema must be valid, and every reference in it must lead somewhere. Every default and example
in it must be accepted where it stands. Every file must be accepted, and must no longer be once a
mistake is put into it. The cases in schema_cases.toml must be judged as the reader judges them. If
the package jsonschema is not there, it is installed into a temporary folder.
"""

import copy
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

JSONSCHEMA = "jsonschema==4.26.0"
CASES = pathlib.Path(__file__).with_name("schema_cases.toml")


def read_toml(path):
    return tomllib.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def load_validator(folder):
    """The validator, installed into a folder if it is not there."""
    if importlib.util.find_spec("jsonschema") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, JSONSCHEMA]
        subprocess.run(pip, check=True)
        sys.path.insert(0, folder)
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    return Draft202012Validator, best_match


def walk(schema, path=()):
    """Every table within a schema, with its path."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from walk(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from walk(value, (*path, index))


def target(root, reference):
    """What a reference leads to; None if it leads nowhere."""
    found = root
    for key in reference.removeprefix("#/").split("/"):
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def check_schema(root, Validator):
    """What is wrong with the schema itself."""
    Validator.check_schema(root)
    for path, part in walk(root):
        where = "/".join(map(str, path))
        reference = part.get("$ref")
        if isinstance(reference, str) and target(root, reference) is None:
            yield f"{where}: {reference} leads nowhere"
        if not path or path[-2:-1] != ("properties",):
            continue
        values = [part["default"]] if "default" in part else []
        values += part.get("examples", [])
        # Definitions are found from the root.
        validator = Validator({**part, "$defs": root["$defs"]})
        for value in values:
            if not validator.is_valid(value):
                yield f"{where}: its default or example {value!r} is refused"


def mistakes(scenario):
    """Copies of a scenario, each with a mistake, and what that is."""
    def changed(what, change):
        wrong = copy.deepcopy(scenario)
        change(wrong)
        return what, wrong

    yield changed("an unknown section", lambda file: file.update(nonsense=1))
    yield changed("a number for a length of time", lambda file: file.update(horizon=5))
    yield changed("no horizon", lambda file: file.pop("horizon"))
    yield changed("no agents", lambda file: file.pop("agents"))
    for name in scenario["agents"]:
        yield changed("an unknown key", lambda file: file["agents"][name].update(nonsense=1))
        yield changed("no arrivals", lambda file: file["agents"][name].pop("arrivals"))
        form = {"arrivals": "nonsense(1s)"}
        yield changed("an unknown form", lambda file: file["agents"][name].update(form))
    for name, layers in scenario.get("policies", {}).items():
        unknown = {"nonsense": {}}
        yield changed("an unknown layer", lambda file: file["policies"][name].append(unknown))
        for index, layer in enumerate(layers):
            kind = next(iter(layer))
            settings = layer[kind] if isinstance(layer[kind], dict) else {}
            wrong = {kind: {**settings, "nonsense": 1}}
            what = f"an unknown key of {kind}"
            yield changed(what, lambda file: file["policies"][name].__setitem__(index, wrong))


def put(base, over):
    """Puts a case over the base: tables key by key, all else whole."""
    for key, value in over.items():
        if isinstance(base.get(key), dict) and isinstance(value, dict):
            put(base[key], value)
        else:
            base[key] = value


def check_cases(validator):
    """Which cases the schema judges otherwise than the reader."""
    cases = read_toml(CASES)
    for case in cases["cases"]:
        scenario = copy.deepcopy(cases["base"])
        put(scenario, case["file"])
        if validator.is_valid(scenario) != case["reads"]:
            verdict = "refused" if case["reads"] else "accepted"
            yield f"{CASES.name}: {case['about']}: {verdict}"


def main(schema_path, *files):
    with tempfile.TemporaryDirectory(prefix="jsonschema-") as folder:
        wrong = check(folder, schema_path, files)
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(f"{len(wrong)} mistakes of the schema")
    print(f"the schema is right for {len(files)} files")


def check(folder, schema_path, files):
    """All that is wrong."""
    Validator, best_match = load_validator(folder)
    root = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    wrong = list(check_schema(root, Validator))
    validator = Validator(root)
    wrong += check_cases(validator)
    for file in files:
        scenario = read_toml(file)
        error = best_match(validator.iter_errors(scenario))
        if error is not None:
            wrong.append(f"{file}: {error.json_path}: {error.message}")
            continue
        for what, changed in mistakes(scenario):
            if validator.is_valid(changed):
                wrong.append(f"{file}: {what} is accepted")
    return wrong


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
