# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What otp-enroll says, in other languages. A new one: add it here, then
# 'make update-po' makes po/LANGUAGE.po, or brings it up to date.

languages = de
catalogs = %D%/de.po
EXTRA_DIST += $(catalogs)

XGETTEXT = xgettext
MSGINIT = msginit
MSGMERGE = msgmerge

if NLS
all-local: %D%/stamp
install-data-local: install-catalogs
uninstall-local: uninstall-catalogs
endif

# %D%/locale is laid out as it is installed, so that tests can use it.
%D%/stamp: $(catalogs)
	$(AM_V_GEN)for language in $(languages); do \
		folder=%D%/locale/$$language/LC_MESSAGES && \
		$(MKDIR_P) $$folder && \
		$(MSGFMT) -c -o $$folder/otp-enroll.mo \
		    $(srcdir)/%D%/$$language.po || exit; \
	done
	$(AM_V_at)echo made >$@

install-catalogs: %D%/stamp
	for language in $(languages); do \
		folder=$(DESTDIR)$(localedir)/$$language/LC_MESSAGES && \
		$(MKDIR_P) "$$folder" && \
		$(INSTALL_DATA) \
		    %D%/locale/$$language/LC_MESSAGES/otp-enroll.mo \
		    "$$folder/otp-enroll.mo" || exit; \
	done

uninstall-catalogs:
	for language in $(languages); do \
		rm -f "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/otp-enroll.mo"; \
	done

clean-local: clean-catalogs
clean-catalogs:
	rm -rf %D%/locale %D%/stamp %D%/otp-enroll.pot

# What is marked, as it is now. Not kept: anyone can make it.
pot:
	@$(MKDIR_P) %D%
	@cd $(srcdir) && $(XGETTEXT) --from-code=UTF-8 --keyword=_ \
	    --keyword=N_ --keyword=ngettext:1,2 --add-location=file \
	    --flag=otp_print:1:c-format --flag=otp_say:1:c-format \
	    --flag=otp_complain:1:c-format \
	    --flag=otp_print_line:1:c-format --flag=_:1:pass-c-format \
	    --flag=N_:1:pass-c-format --flag=ngettext:1:pass-c-format \
	    --flag=ngettext:2:pass-c-format --add-comments=TRANSLATORS \
	    --package-name=pam_otp --sort-by-file \
	    --output='$(abs_builddir)/%D%/otp-enroll.pot' \
	    common/*/*.c otp-enroll/*.c otp-enroll/*/*.c
	@$(SED) '/^"POT-Creation-Date:/d' %D%/otp-enroll.pot >%D%/otp-enroll.new
	@mv %D%/otp-enroll.new %D%/otp-enroll.pot

update-po: pot
	for language in $(languages); do \
		file=$(srcdir)/%D%/$$language.po; \
		test -e $$file || $(MSGINIT) --no-translator \
		    --locale=$$language --input=%D%/otp-enroll.pot \
		    --output=$$file || exit; \
		$(MSGMERGE) --quiet --update --backup=none --add-location=file \
		    $$file %D%/otp-enroll.pot || exit; \
	done

.PHONY: install-catalogs uninstall-catalogs clean-catalogs pot update-po
