#!/bin/sh
# Makes the virtual environment $1 with the first Python on the path that is new enough, unless it is there.
# $PYTHON, when it is set, is the only one that is tried.
set -eu

venv=$1

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        path=$(command -v "$name") || continue
        if is_new_enough "$path"; then
            echo "$path"
            return
        fi
    done
    echo "armlib needs Python 3.11 or newer, and ${PYTHON:-python3} is not, or is not there." >&2
    echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)," >&2
    echo "or say where it is: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
}

if [ -x "$venv/bin/python" ] && is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

python=$(find_python)
echo "making $venv with $("$python" --version) ($python)"
rm -rf "$venv"
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$venv"
elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian splits ensurepip off; the system's pip can install into the environment instead.
    "$python" -m venv --without-pip "$venv"
    "$python" -m pip --python "$venv/bin/python" install --quiet pip
elif command -v virtualenv >/dev/null; then
    virtualenv --quiet --python "$python" "$venv"
elif command -v uv >/dev/null; then
    uv venv --quiet --seed --python "$python" "$venv"
else
    echo "$python can make no virtual environment: it has neither ensurepip nor pip." >&2
    echo "Install them (Debian, Ubuntu: apt install python3-venv), and run make again." >&2
    exit 1
fi
