"""Compile every Python module of the image and write the results to standard
output as a tar stream.

The bytecode carries the hash of its source and is not checked against it at
import, so it depends on no time stamp. Modules are compiled in a fixed order in
a fixed number of processes: the compiler's output depends on which strings the
process has seen before.
"""
import importlib._bootstrap_external as external
import importlib.util
import io
import os
import sys
import tarfile
import warnings

SHARDS = 4
ROOTS = ("/usr/lib/python3", "/usr/lib/python%d.%d" % sys.version_info[:2])


def sources():
    found = []
    for root in ROOTS:
        for folder, names, files in os.walk(root):
            names.sort()
            found += [os.path.join(folder, f) for f in files if f.endswith(".py")]
    return sorted(path for path in found if os.path.isfile(path))


def compile_one(path):
    with open(path, "rb") as file:
        source = file.read()
    code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    return external._code_to_hash_pyc(code, importlib.util.source_hash(source), False)


def compile_shard(paths, target):
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as out:
        for path in paths:
            try:
                code = compile_one(path)
            except (SyntaxError, ValueError):
                continue  # a template or an example for another Python
            entry = tarfile.TarInfo(importlib.util.cache_from_source(path).lstrip("/"))
            entry.size = len(code)
            out.addfile(entry, io.BytesIO(code))


def main():
    warnings.simplefilter("ignore")
    paths = sources()
    children = []
    for shard in range(SHARDS):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                compile_shard(paths[shard::SHARDS], "/tmp/%d.tar" % shard)
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    for pid in children:
        if os.waitpid(pid, 0)[1] != 0:
            sys.exit("compiling failed")
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as out:
        for shard in range(SHARDS):
            with tarfile.open("/tmp/%d.tar" % shard) as part:
                for entry in part:
                    out.addfile(entry, part.extractfile(entry))


main()
