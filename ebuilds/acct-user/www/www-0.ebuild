# SPDX-License-Identifier: Apache-2.0

EAPI=8

ACCOUNT_ID=1000
ACCOUNT_COMMENT="Web applications"
ACCOUNT_HOME=/srv/www
inherit cooper-account

KEYWORDS="amd64"
