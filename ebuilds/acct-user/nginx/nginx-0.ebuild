# SPDX-License-Identifier: Apache-2.0

EAPI=8

ACCOUNT_ID=101
ACCOUNT_COMMENT="Web server"
inherit cooper-account

KEYWORDS="amd64"
