# SPDX-License-Identifier: Apache-2.0

EAPI=8

ACCOUNT_ID=1000
inherit cooper-account

KEYWORDS="amd64"
