# SPDX-License-Identifier: Apache-2.0

EAPI=8

ACCOUNT_ID=999
ACCOUNT_COMMENT="Redis database"
ACCOUNT_HOME=/var/lib/redis
inherit cooper-account

KEYWORDS="amd64"
