# SPDX-License-Identifier: Apache-2.0

# @ECLASS: cooper-cmake.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: phases for sources built by CMake
# @DESCRIPTION:
# Builds out of the source, in ${CMAKE_BUILD_DIR}, with makefiles: make joins the jobserver that cooper shares among all builds.
# Arguments of cooper-cmake_src_configure go to cmake.

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} is not supported" ;;
esac

inherit cooper-toolchain

if [[ -z ${_COOPER_CMAKE_ECLASS} ]]; then
_COOPER_CMAKE_ECLASS=1

BDEPEND="dev-build/cmake"

# Prints a definition that says whether a flag is on: cmake_use FLAG [NAME].
cmake_use() {
	local name=${2:-${1^^}}
	use "${1}" && echo "-D${name}=ON" || echo "-D${name}=OFF"
}

cooper-cmake_src_configure() {
	CMAKE_BUILD_DIR=${CMAKE_BUILD_DIR:-${WORKDIR}/build}
	local arguments=(
		-S "${CMAKE_SOURCE_DIR:-${S}}"
		-B "${CMAKE_BUILD_DIR}"
		-G "Unix Makefiles"
		-DCMAKE_BUILD_TYPE=Release
		# The flags are the user's; Release would raise them to -O3.
		-DCMAKE_C_FLAGS_RELEASE=-DNDEBUG
		-DCMAKE_CXX_FLAGS_RELEASE=-DNDEBUG
		-DCMAKE_INSTALL_PREFIX="${EPREFIX}/usr"
		# With a type: cmake makes a path of no type absolute where the source declares it as one.
		-DCMAKE_INSTALL_LIBDIR:STRING="$(get_libdir)"
		-DCMAKE_INSTALL_SYSCONFDIR="${EPREFIX}/etc"
		-DCMAKE_INSTALL_LOCALSTATEDIR="${EPREFIX}/var"
		-DCMAKE_SKIP_INSTALL_RPATH=ON
		-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
		-DCMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON
		-DCMAKE_COLOR_MAKEFILE=OFF
		-DBUILD_SHARED_LIBS=ON
		-DBUILD_TESTING=OFF
	)
	toolchain_export CC CXX
	echo cmake "${arguments[@]}" "${@}"
	cmake "${arguments[@]}" "${@}" || die "cmake failed"
}

cooper-cmake_src_compile() {
	emake -C "${CMAKE_BUILD_DIR}" VERBOSE=1 "${@}"
}

cooper-cmake_src_install() {
	emake -C "${CMAKE_BUILD_DIR}" DESTDIR="${D}" install "${@}"
	einstalldocs
}

fi

EXPORT_FUNCTIONS src_configure src_compile src_install
