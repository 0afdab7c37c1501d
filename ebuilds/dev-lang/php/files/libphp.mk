
# Added by the ebuild. php and php-fpm are the same but for a thin front end: what they share is compiled once, as code that may lie
# anywhere, and linked into a library. LIBPHP is its name.
pic_objects = $(foreach object,$(1),$(dir $(object)).libs/$(notdir $(object:.lo=.o)))

$(LIBPHP): $(PHP_GLOBAL_OBJS) $(PHP_BINARY_OBJS)
	$(CC) -shared -Wl,-soname,$@ -Wl,-Bsymbolic $(CFLAGS_CLEAN) $(EXTRA_CFLAGS) $(LDFLAGS) \
		$(call pic_objects,$(PHP_GLOBAL_OBJS) $(PHP_BINARY_OBJS)) $(EXTRA_LIBS) $(ZEND_EXTRA_LIBS) -o $@

$(SAPI_CLI_PATH) $(SAPI_FPM_PATH): $(LIBPHP)

link_program = $(CC) $(CFLAGS_CLEAN) $(EXTRA_CFLAGS) $(LDFLAGS) $(call pic_objects,$(1)) $(LIBPHP) $(EXTRA_LIBS)
BUILD_CLI = $(call link_program,$(PHP_CLI_OBJS)) -o $@
BUILD_FPM = $(call link_program,$(PHP_FASTCGI_OBJS) $(PHP_FPM_OBJS)) $(FPM_EXTRA_LIBS) -o $@
