"""Calls that must be refused, for the scripts beside this one."""

from botocore.exceptions import ClientError


def refused(code, call, **parameters):
    """The text of the error that `call` must raise with `code`."""
    try:
        call(**parameters)
    except ClientError as error:
        found = error.response['Error']
        assert found['Code'] == code, f"{found['Code']} instead of {code}: {found['Message']}"
        return found['Message']
    raise AssertionError(f'{call} passed; {code} was expected')
