# SPDX-License-Identifier: Apache-2.0
"""Writes a bundle of PEM certificates from Mozilla's certdata.txt.

usage: bundle.py CERTDATA BLACKLIST [PEM]...

certdata.txt describes objects, one attribute a line: NAME TYPE VALUE; values of type MULTILINE_OCTAL follow on lines of \\ooo bytes up
to END. A certificate is taken if the trust object of the same issuer and serial number lets it vouch for servers, and its label is
not in BLACKLIST. PEM files are added as they are, unless BLACKLIST has their name.
"""

import base64
import os
import re
import sys

OCTET = re.compile(r"\\([0-7]{3})")


def read_objects(path):
    """Yields a dictionary for each object, attribute name to value: text, or bytes for octal ones."""
    attributes = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("BEGINDATA"):
                break
        for line in lines:
            words = line.split(None, 2)
            if not words or line.startswith("#"):
                continue
            if words[0] == "CKA_CLASS" and attributes:
                yield attributes
                attributes = {}
            if words[1:] and words[1] == "MULTILINE_OCTAL":
                value = bytearray()
                for line in lines:
                    if line.strip() == "END":
                        break
                    value.extend(int(octet, 8) for octet in OCTET.findall(line))
                attributes[words[0]] = bytes(value)
            else:
                attributes[words[0]] = words[2].strip() if len(words) > 2 else ""
    if attributes:
        yield attributes


def read_blacklist(path):
    with open(path, encoding="utf-8") as lines:
        return {entry for entry in (line.split("#", 1)[0].strip() for line in lines) if entry}


def pem(der):
    text = base64.b64encode(der).decode("ascii")
    body = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def main(certdata, blacklist_file, *extra):
    blacklist = read_blacklist(blacklist_file)
    objects = list(read_objects(certdata))
    trusted = {
        (item["CKA_ISSUER"], item["CKA_SERIAL_NUMBER"])
        for item in objects
        if item["CKA_CLASS"] == "CKO_NSS_TRUST" and item.get("CKA_TRUST_SERVER_AUTH") == "CKT_NSS_TRUSTED_DELEGATOR"
    }
    certificates = {
        item["CKA_LABEL"].strip('"'): pem(item["CKA_VALUE"])
        for item in objects
        if item["CKA_CLASS"] == "CKO_CERTIFICATE"
        and (item["CKA_ISSUER"], item["CKA_SERIAL_NUMBER"]) in trusted
        and item["CKA_LABEL"] not in blacklist
    }
    for path in extra:
        name = os.path.basename(path)
        if name not in blacklist:
            with open(path, encoding="ascii") as file:
                certificates[name] = file.read().strip() + "\n"
    if len(certificates) < 50:
        sys.exit(f"bundle.py: only {len(certificates)} certificates in {certdata}: is its format another one?")
    for name in sorted(certificates):
        sys.stdout.write(certificates[name])


main(*sys.argv[1:])
