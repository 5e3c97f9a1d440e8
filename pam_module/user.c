/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/user.h"

#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "common/core/wipe.h"

/* Initial and maximum buffer size for an entry of the user database. */
#define BUFFER_FIRST 1024
#define BUFFER_MAX   (1024 * 1024)

/* A user, as found in the user database. */
struct otp_entry {
	bool found;
	uint32_t uid;
	gid_t gid;
	char name[OTP_ACCOUNT_SIZE];
};

/* One lookup with a buffer of SIZE bytes: by NAME, or by UID if it is NULL. */
static int
ask_database(const char *name, uid_t uid, struct passwd *entry, char *buffer,
    size_t size, struct passwd **ret_found)
{
	int errnum = 0;

	do {
		*ret_found = NULL;
		errnum = name != NULL
		    ? getpwnam_r(name, entry, buffer, size, ret_found)
		    : getpwuid_r(uid, entry, buffer, size, ret_found);
	} while (errnum == EINTR);
	return errnum;
}

/* Copy uid and name of ENTRY; "" if a user of that name cannot have a seed. */
static void
take_entry(const struct passwd *entry, struct otp_entry *ret_entry)
{
	size_t length = strlen(entry->pw_name);

	ret_entry->found = true;
	ret_entry->uid = entry->pw_uid;
	ret_entry->gid = entry->pw_gid;
	if (length < sizeof(ret_entry->name) &&
	    entry->pw_uid != OTP_UID_VIRTUAL)
		memcpy(ret_entry->name, entry->pw_name, length + 1);
}

/* Look up NAME, or UID if it is NULL.  The caller zeroes *RET_ENTRY. */
static enum otp_err
look_up(const char *name, uid_t uid, struct otp_entry *ret_entry,
    struct otp_fault *fault)
{
	struct passwd entry = { 0 };
	struct passwd *found = NULL;
	size_t size = BUFFER_FIRST / 2;
	char *buffer = NULL;
	int errnum = ERANGE;
	enum otp_err err = OTP_ERR_NOMEM;

	while (errnum == ERANGE && size < BUFFER_MAX) {
		if (buffer != NULL)
			otp_wipe(buffer, size);
		free(buffer);
		size *= 2;
		buffer = malloc(size);
		if (buffer == NULL) {
			errnum = ENOMEM;
			goto out;
		}
		errnum = ask_database(name, uid, &entry, buffer, size, &found);
	}
	if (errnum == ENOMEM)
		goto out;
	if (errnum != 0 && errnum != ENOENT && errnum != ESRCH) {
		err = OTP_ERR_READ;
		goto out;
	}
	if (errnum == 0 && found != NULL)
		take_entry(found, ret_entry);
	err = OTP_OK;
out:
	if (buffer != NULL)
		otp_wipe(buffer, size); /* some systems keep hashes there */
	free(buffer);
	if (err == OTP_OK)
		return OTP_OK;
	return otp_fault_set(
	    fault, err, errnum, NULL, OTP_DETAIL_USER_DATABASE);
}

static const char *
item_text(const pam_handle_t *pamh, int type)
{
	const void *item = NULL;

	if (pam_get_item(pamh, type, &item) != PAM_SUCCESS || item == NULL)
		return "";
	return item;
}

/* Copy PAM_USER: the application may change it while the user is asked. */
static enum otp_step
take_name(struct otp_login *login)
{
	const char *name = NULL;
	int status = PAM_SYSTEM_ERR;

	(void)pthread_setcancelstate(login->cancelable, NULL);
	status = pam_get_user(login->pamh, &name, NULL);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (status == PAM_CONV_AGAIN || status == PAM_INCOMPLETE)
		return OTP_STEP_AGAIN;
	if (status == PAM_CONV_ERR)
		return OTP_STEP_CONVERSATION;
	login->err = OTP_ERR_NOMEM;
	if (status == PAM_SUCCESS && name != NULL)
		login->secrets.name = strdup(name);
	else if (status != PAM_BUF_ERR)
		login->err = OTP_OK; /* none of the known failures */
	return login->secrets.name != NULL ? OTP_STEP_CONTINUE : OTP_STEP_ERROR;
}

/* Only a name that no user of the system has can be a virtual user's. */
static enum otp_err
name_account(struct otp_login *login)
{
	struct otp_request *request = &login->request;
	const char *name = login->secrets.name;
	size_t length = strlen(name);
	struct otp_entry entry = { .found = false };
	enum otp_err err = OTP_OK;

	request->uid = OTP_UID_VIRTUAL;
	request->unknown = true;
	if (length == 0 || length >= sizeof(request->account))
		return OTP_OK;
	err = look_up(name, 0, &entry, &login->fault);
	if (err != OTP_OK)
		return err;
	if (entry.found) {
		request->unknown = entry.name[0] == '\0';
		request->uid = entry.uid;
		login->gid = entry.gid;
		memcpy(request->account, entry.name, sizeof(entry.name));
	} else if (login->options.virtual_users) {
		request->unknown = false;
		memcpy(request->account, name, length + 1);
	}
	return OTP_OK;
}

enum otp_step
otp_user_find(struct otp_login *login)
{
	struct otp_request *request = &login->request;
	enum otp_step step = take_name(login);

	if (step != OTP_STEP_CONTINUE)
		return step;
	(void)snprintf(request->service, sizeof(request->service), "%s",
	    item_text(login->pamh, PAM_SERVICE));
	(void)snprintf(request->host, sizeof(request->host), "%s",
	    item_text(login->pamh, PAM_RHOST));
	request->split = login->options.forward_pass;
	login->err = name_account(login);
	request->same_user = request->host[0] == '\0' && !request->unknown &&
	    strcmp(item_text(login->pamh, PAM_RUSER), request->account) == 0;
	return login->err == OTP_OK ? OTP_STEP_CONTINUE : OTP_STEP_ERROR;
}

bool
otp_user_changed(const struct otp_login *login)
{
	const char *name = item_text(login->pamh, PAM_USER);

	return strcmp(name, login->secrets.name) != 0;
}

enum otp_err
otp_user_is_main(struct otp_login *login, bool *ret_is_main)
{
	const struct otp_request *request = &login->request;
	struct otp_entry entry = { .found = false };
	enum otp_err err = OTP_OK;

	if (!request->unknown && request->uid != OTP_UID_VIRTUAL)
		err = look_up(NULL, request->uid, &entry, &login->fault);
	if (err == OTP_OK)
		*ret_is_main =
		    entry.found && strcmp(entry.name, request->account) == 0;
	return err;
}
