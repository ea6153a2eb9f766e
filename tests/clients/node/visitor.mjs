// A person with a browser that only knows HTTP, cookies and HTML forms.

import assert from 'node:assert/strict'
import { parse } from 'node-html-parser'

/** Where the answers of the authorization endpoint are sent: nobody listens. */
export const CALLBACK = 'http://127.0.0.1:49152/callback'

export class Visitor {
  #cookies = new Map()
  #issuer

  /**
   * @param {string} issuer where the person's cookies go
   * @param {{username: string, password: string}} person who signs in when asked
   */
  constructor(issuer, person) {
    this.#issuer = new URL(issuer)
    this.person = person
  }

  /**
   * Goes through sign-in and consent, whichever is asked, until the browser is
   * sent back to the app.
   * @param {URL|string} authorizationUrl
   * @param {'approve'|'deny'} decision pressed at the consent page
   * @returns {Promise<URL>} the app's URL with the answer as its query
   */
  async authorize(authorizationUrl, decision = 'approve') {
    let page = await this.open(authorizationUrl)
    const seen = []
    while (!page.callback) {
      const form = page.form('input[type=password]') ?? page.form(`button[value=${decision}]`)
      assert.ok(form, `neither sign-in nor consent but ${page.status}: ${page.text}`)
      seen.push(form.asksForPassword ? 'sign-in' : 'consent')
      assert.ok(seen.length <= 2, `asked again and again: ${seen}`)
      page = await (form.asksForPassword ? this.submit(form, this.person) : this.submit(form, { action: decision }))
    }
    this.asked = seen
    return page.callback
  }

  /** Opens a device's page, signs in when asked, and presses `decision`. */
  async decideDevice(verificationUri, decision = 'approve') {
    let page = await this.open(verificationUri)
    const signIn = page.form('input[type=password]')
    if (signIn) page = await this.submit(signIn, this.person)
    const confirm = page.form(`button[value=${decision}]`)
    assert.ok(confirm, `no decision asked but ${page.status}: ${page.text}`)
    const asked = page.text
    page = await this.submit(confirm, { action: decision })
    assert.equal(page.status, 200, page.text)
    return { asked, answered: page.text }
  }

  /** Types a device's code into the empty form instead of following its link. */
  async enterUserCode(verificationUri, userCode) {
    let page = await this.open(verificationUri)
    const signIn = page.form('input[type=password]')
    if (signIn) page = await this.submit(signIn, this.person)
    const form = page.form('input[name=user_code]:not([type=hidden])')
    assert.ok(form, `no field for the code but ${page.status}: ${page.text}`)
    return this.submit(form, { user_code: userCode })
  }

  open(url) {
    return this.#go('GET', new URL(url, this.#issuer))
  }

  submit(form, fields) {
    return this.#go(form.method, form.action, new URLSearchParams({ ...form.fields, ...fields }))
  }

  async #go(method, url, body) {
    for (let redirects = 0; redirects < 10; redirects += 1) {
      if (url.origin !== this.#issuer.origin) return { callback: url, body }
      const response = await fetch(url, {
        method,
        body,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        },
      })
      this.#keepCookies(response)
      const location = response.headers.get('location')
      if (!location) return new Page(url, response.status, await response.text())
      // RFC 9700 section 4.12: 307 would hand the password to the next site.
      assert.ok([302, 303].includes(response.status), `redirected by ${response.status}`)
      ;[method, url, body] = ['GET', new URL(location, url), undefined]
    }
    throw new Error(`too many redirects, last to ${url}`)
  }

  #keepCookies(response) {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split(';')
      const [name, value] = pair.split(/=(.*)/s)
      const gone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))
      if (gone) this.#cookies.delete(name.trim())
      else this.#cookies.set(name.trim(), value.trim())
    }
  }
}

class Page {
  constructor(url, status, html) {
    this.url = url
    this.status = status
    this.document = parse(html)
    this.text = (this.document.querySelector('main') ?? this.document).structuredText
  }

  /** The form that has an element like `selector`, ready to be sent. */
  form(selector) {
    const element = this.document.querySelectorAll('form').find((form) => form.querySelector(selector))
    if (!element) return undefined
    const inputs = element.querySelectorAll('input[name]').filter((input) => {
      const type = input.getAttribute('type')
      return !['checkbox', 'radio'].includes(type) || input.hasAttribute('checked')
    })
    return {
      asksForPassword: Boolean(element.querySelector('input[type=password]')),
      method: (element.getAttribute('method') ?? 'get').toUpperCase(),
      action: new URL(element.getAttribute('action') ?? '', this.url),
      fields: Object.fromEntries(inputs.map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? ''])),
    }
  }
}
