#!/usr/bin/env bash
# pytest-xdist 3.8.0 under pytest 9.2.0 (Python 3.11)
#
# `--dist loadgroup` no longer keeps a group on one worker, and says nothing. xdist marks the group
# by writing `item._nodeid = "<id>@<group>"` on the workers and splits the ids at "@" in the
# controller; pytest 9.2 makes `nodeid` of another attribute, so the suffix never arrives and each
# test is a group of its own. With pytest 9.0.2 the same tests stay together.
# Here: four tests of one group; the file says which workers ran them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > test_group.py <<'PY'
import os
import time

import pytest

pytestmark = pytest.mark.xdist_group("one")


@pytest.mark.parametrize("number", range(4))
def test_of_the_group(number):
    time.sleep(1)
    with open("workers.txt", "a") as workers:
        workers.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PY
workers_of_the_group() {
  rm -rf venv workers.txt
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0 2>/dev/null
  venv/bin/python -m pytest -q -n 2 --dist loadgroup test_group.py > /dev/null
  sort -u workers.txt | wc -l
}
before=$(workers_of_the_group 9.0.2)
now=$(workers_of_the_group 9.2.0)
echo "workers that ran the group under pytest 9.0.2: $before"
echo "workers that ran the group under pytest 9.2.0: $now"
[[ $before == 1 && $now == 2 ]]
