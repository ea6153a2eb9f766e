// A person at a real Chromium that complains about everything, and an app on another origin.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import * as client from 'openid-client'
import { chromium } from 'playwright-core'

export const issuer = process.env.AUTHGATE_ISSUER
if (!issuer) throw new Error('AUTHGATE_ISSUER is not set: run scripts/with-authgate sqlite npm test')

const seed = JSON.parse(readFileSync(new URL('../seed.json', import.meta.url)))
const SCREENSHOTS = fileURLToPath(new URL('../../target/screenshots/', import.meta.url))
mkdirSync(SCREENSHOTS, { recursive: true })

const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } }

/** What axe holds a page to: WCAG 2.2 AA, and then some. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Each test runs in both. */
export const WITH_AND_WITHOUT_SCRIPT = [
  ['JavaScript on', true],
  ['JavaScript off', false],
]

/**
 * For the many pages of account and administration: both on one deployment, and what
 * needs nothing on the others.
 */
export const MODES_OF_THE_CONSOLE =
  process.env.AUTHGATE_DEPLOYMENT === 'sqlite' ? WITH_AND_WITHOUT_SCRIPT : WITH_AND_WITHOUT_SCRIPT.slice(1)

export function passwordOf(username) {
  if (username !== 'admin') return seed.users.find((user) => user.username === username).password
  const password = process.env.AUTHGATE_ADMIN_PASSWORD
  if (!password) throw new Error('AUTHGATE_ADMIN_PASSWORD is not set: scripts/with-authgate sets it')
  return password
}

/** A name that nothing else has: tests share a server, and run again on it. */
export const unique = (word) => `${word}-${randomBytes(4).toString('hex')}`

/** One Chromium for the tests of a file. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Nothing but the pages under test may use the network.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A person's window. Whatever Chromium complains about fails the test in `close`. */
export class Person {
  #complaints = []
  #expectedStatus
  #allowedOrigins

  static async at(browser, javaScriptEnabled, app, storageState) {
    // Without motion, or `looksAt` finds colours on their way to others: what a closed
    // question hides starts on its way when that is opened.
    const reducedMotion = 'reduce'
    const context = await browser.newContext({ javaScriptEnabled, viewport: SIZES.desktop, storageState, reducedMotion })
    return new Person(context, await context.newPage(), javaScriptEnabled, app)
  }

  constructor(context, page, javaScriptEnabled, app) {
    this.context = context
    this.page = page
    this.javaScriptEnabled = javaScriptEnabled
    this.#allowedOrigins = [new URL(issuer).origin, app?.origin]
    page.setDefaultTimeout(30_000)
    page.on('console', (message) => {
      const refusedPage = message.text().includes(`status of ${this.#expectedStatus}`)
      if (['error', 'warning'].includes(message.type()) && !refusedPage) this.#complain('console', message.text())
    })
    page.on('pageerror', (error) => this.#complain('script', error.message))
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText
      // Aborted: the person went on before, say, the icon was there.
      if (reason !== 'net::ERR_ABORTED') this.#complain('failed', `${request.url()} ${reason}`)
    })
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol !== 'data:' && !this.#allowedOrigins.includes(origin)) this.#complain('foreign request', request.url())
    })
    page.on('response', (response) => {
      const status = response.status()
      if (status >= 400 && status !== this.#expectedStatus) this.#complain('status', `${status} ${response.url()}`)
    })
  }

  #complain(kind, text) {
    this.#complaints.push(`${kind}: ${text}`)
  }

  /** Opens a page of the program by its path below the issuer, or any URL. */
  open(url) {
    return this.page.goto(url.startsWith('/') ? issuer + url : url)
  }

  /** The page's path below the issuer. */
  path() {
    const url = this.page.url().split('?')[0]
    assert.ok(url.startsWith(issuer), url)
    return url.slice(issuer.length)
  }

  /** Does `action`, which leads to a page with this error status. */
  async refused(status, action) {
    this.#expectedStatus = status
    await action()
    this.#expectedStatus = undefined
  }

  /** Waits for the page of who is signed in. */
  isHome() {
    return this.page.waitForURL((url) => url.href === `${issuer}/` || url.href === issuer)
  }

  async signIn(username, password = passwordOf(username)) {
    await this.page.getByLabel('User name').fill(username)
    await this.page.locator('input[type=password]').fill(password)
    await this.press('Sign in')
  }

  press(name) {
    return this.leavesBy(this.page.getByRole('button', { name, exact: true }))
  }

  follow(name) {
    return this.leavesBy(this.page.getByRole('link', { name, exact: true }))
  }

  /** Clicks what leads to another page, and waits until that is there. */
  async leavesBy(element) {
    const loaded = this.page.waitForEvent('load')
    await element.click()
    await loaded
  }

  /** Confirms in the row about `about` what cannot be undone: opens the question, then presses. */
  async confirm(name, about) {
    await this.opens(name, about)
    await this.press(`${name} ${about}`)
  }

  /** Opens the question of the row about `about`. */
  async opens(name, about) {
    await this.page.locator('summary', { hasText: new RegExp(`^\\s*${name}\\s+${about}\\s*$`) }).click()
  }

  /** The first row, entry or card that says `text`. */
  row(text) {
    return this.page.locator('tbody tr, ul.entries > li, article.card', { hasText: text }).first()
  }

  heading() {
    return this.page.locator('h1').innerText()
  }

  /** What the page says that was done. */
  async did(text) {
    assert.equal(await this.page.locator('.flash').innerText(), text)
  }

  /** Types into the fields of these labels. */
  async fills(values) {
    for (const [label, value] of Object.entries(values)) await this.page.getByLabel(label, { exact: true }).fill(value)
  }

  async reads(text) {
    const content = await this.page.locator('main').innerText()
    assert.ok(content.includes(text), `the page does not say '${text}':\n${content}`)
  }

  /**
   * Looks at the page: in light and dark, on a phone and a desktop, and by the
   * rules of WCAG 2.2 AA. Screenshots go to target/screenshots.
   */
  async looksAt(name) {
    // The same pages wherever they come from: one deployment is looked at.
    if (process.env.AUTHGATE_DEPLOYMENT !== 'sqlite') return
    const mode = this.javaScriptEnabled ? '' : '-without-script'
    for (const [size, viewport] of Object.entries(SIZES)) {
      await this.page.setViewportSize(viewport)
      for (const colorScheme of ['light', 'dark']) {
        await this.page.emulateMedia({ colorScheme })
        await this.page.screenshot({ path: `${SCREENSHOTS}${name}${mode}-${size}-${colorScheme}.png`, fullPage: true })
        if (this.javaScriptEnabled) await this.#isAccessible(`${name}, ${size}, ${colorScheme}`, colorScheme === 'dark')
      }
      const { scrolled, shown } = await this.page.evaluate(() => ({
        scrolled: document.documentElement.scrollWidth,
        shown: document.documentElement.clientWidth,
      }))
      assert.ok(scrolled <= shown, `${name} on a ${size} is ${scrolled - shown} px too wide`)
      // What lies beyond the other edge makes nothing wider: it is cut off.
      const cut = await this.page.evaluate(() =>
        [...document.querySelectorAll('main :is(p, button, a, input, h1, h2, dd, td)')]
          .filter((element) => element.checkVisibility() && element.getBoundingClientRect().left < 0)
          .map((element) => element.outerHTML),
      )
      assert.deepEqual(cut, [], `${name} on a ${size} is cut off`)
    }
    await this.page.emulateMedia({ colorScheme: null })
  }

  /** `again`: the same page in other colours, which only the rules of contrast look at. */
  async #isAccessible(where, again) {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe.source)
    const { violations } = await this.page.evaluate(
      (runOnly) =>
        window.axe.run(document, {
          runOnly,
          // Off unless asked for by name, though WCAG 2.2 AA has it.
          rules: runOnly.type === 'tag' ? { 'target-size': { enabled: true } } : {},
          resultTypes: ['violations'],
          preload: false,
        }),
      again ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: RULES },
    )
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    )
    assert.deepEqual(found, [], where)
  }

  async close() {
    await this.context.close()
    assert.deepEqual(this.#complaints, [])
  }
}

/** An app on another origin: keeps the answers that browsers bring to its callback. */
export class App {
  static async start() {
    const app = new App()
    app.server = createServer((request, response) => app.#receive(request, response)).listen(0, '127.0.0.1')
    await once(app.server, 'listening')
    app.origin = `http://127.0.0.1:${app.server.address().port}`
    app.redirectUri = `${app.origin}/callback`
    return app
  }

  async #receive(request, response) {
    const url = new URL(request.url, this.origin)
    if (url.pathname !== '/callback') return response.writeHead(204).end()
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    this.answer = request.method === 'POST' ? new Request(url, { method: 'POST', body: new URLSearchParams(body) }) : url
    response.writeHead(200, { 'content-type': 'text/html' })
    return response.end('<!doctype html><html lang="en"><title>App</title><h1>Back in the app</h1>')
  }

  /** The app as openid-client, with its secret unless tests/seed.json knows it. */
  async client(clientId, secret = seed.clients.find((each) => each.client_id === clientId)?.client_secret) {
    const authentication = secret ? client.ClientSecretBasic(secret) : client.None()
    const execute = [client.allowInsecureRequests]
    this.config ??= await client.discovery(new URL(issuer), clientId, {}, authentication, { execute })
    return this.config
  }

  /** A fresh authorization request of the app. */
  async request(clientId, scope, more = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const expectedNonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(await this.client(clientId), {
      redirect_uri: this.redirectUri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...more,
    })
    this.answer = undefined
    this.checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
    return url.href
  }

  /** Redeems the answer that the browser brought. */
  tokens() {
    assert.ok(this.answer, 'no browser came back')
    return client.authorizationCodeGrant(this.config, this.answer, this.checks)
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** A person opens the app of that client on a device of theirs; the tokens that it gets. */
export async function connect(person, config, scope = 'openid profile offline_access') {
  const asked = await client.initiateDeviceAuthorization(config, { scope })
  await person.open(asked.verification_uri_complete)
  await person.press('Approve')
  return client.pollDeviceAuthorizationGrant(config, asked)
}

/** Whether an access token opens anything. */
export async function works(config, { access_token: token }) {
  const answer = await fetch(config.serverMetadata().userinfo_endpoint, { headers: { authorization: `Bearer ${token}` } })
  assert.ok([200, 401].includes(answer.status), `${answer.status}`)
  return answer.ok
}

/** The cookies of the admin: to sign in takes a while, and few tests are about it. */
let adminState

/** The admin, signed in. */
export async function administrator(browser, javaScriptEnabled) {
  if (adminState) return Person.at(browser, javaScriptEnabled, undefined, adminState)
  const admin = await Person.at(browser, javaScriptEnabled)
  await admin.open('/')
  await admin.signIn('admin')
  await admin.isHome()
  adminState = await admin.context.storageState()
  return admin
}

/** Somebody whom the admin makes for one test, not signed in anywhere. */
export async function newcomer(browser, username = unique('person')) {
  const admin = await administrator(browser, false)
  const password = unique('a password of nobody else')
  await admin.open('/admin/users/new')
  await admin.fills({ 'User name': username, 'Password to set (optional)': password })
  await admin.page.getByLabel('Set this one').check()
  await admin.press('Create user')
  await admin.did('The account is there.')
  const path = admin.path()
  await admin.close()
  return { username, password, path }
}
