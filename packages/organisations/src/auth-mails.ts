import type { Mail } from './send-mail.ts'

// No mail here carries a person's name: whoever signs up with another's address chooses the name.

export function verificationMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Confirm your address for Slipway',
    text: `Somebody, hopefully you, signed up for Slipway with this address.

Confirm it here, within an hour and in the browser in which you signed up:
${url}

If it was not you, do nothing: without this link the account cannot be used.
`,
  }
}

export function knownAddressMail(to: string, signInUrl: string): Mail {
  return {
    to,
    subject: 'You already have a Slipway account',
    text: `Somebody, hopefully you, tried to sign up for Slipway with this address, which has an account already.

Sign in, or set a new password if you have forgotten it:
${signInUrl}

If it was not you, do nothing: nothing has changed.
`,
  }
}

export function resetMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Set a new password for Slipway',
    text: `Set a new password here, within an hour:
${url}

You will be signed out everywhere else. If you did not ask for this, do nothing: your password stays as it is.
`,
  }
}

export function choosePasswordMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Choose your password for Slipway',
    text: `Your address is confirmed. You confirmed it in another browser than the one in which this account was made, so the
password given there no longer works: it may have been somebody else's.

Choose yours here, within an hour:
${url}
`,
  }
}

/** To the address that the account has: whoever only holds a session must not move the account away. */
export function changeAddressMail(to: string, next: string, url: string): Mail {
  return {
    to,
    subject: 'Change the address of your Slipway account',
    text: `Somebody, hopefully you, asked to change the address of this account to ${next}.

Allow it here, within an hour; a mail to the new address is the second step:
${url}

If it was not you, do nothing, and change your password: somebody is signed in as you.
`,
  }
}

export function newAddressMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Confirm your new address for Slipway',
    text: `A Slipway account is about to have this address.

Confirm it here, within an hour:
${url}

If you have no such account, do nothing: without this link nothing changes.
`,
  }
}

export function accountDeletedMail(to: string): Mail {
  return {
    to,
    subject: 'Your Slipway account was deleted',
    text: `The account of this address was deleted, with its sessions, its tokens and every membership.

Apps go on running: they belong to their organisations. You can sign up again with this address at any time.
`,
  }
}
