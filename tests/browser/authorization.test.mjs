import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { App, issuer, launch, Person, WITH_AND_WITHOUT_SCRIPT } from './support.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

/** Runs `scenario` with a person and an app of their own. */
async function meeting(javaScriptEnabled, scenario) {
  const app = await App.start()
  try {
    const person = await Person.at(browser, javaScriptEnabled, app)
    await scenario(person, app)
    await person.close()
  } finally {
    app.stop()
  }
}

for (const [mode, javaScriptEnabled] of WITH_AND_WITHOUT_SCRIPT) {
  describe(mode, () => {
    test('sign-in, consent, and back to the app on another origin', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        await person.open(await app.request('native', 'openid profile email offline_access read write'))
        await person.reads('Native app')
        await person.looksAt('login-for-app')
        await person.signIn('alice')

        assert.equal(await person.heading(), 'Allow access?')
        await person.reads('Native app')
        await person.reads('127.0.0.1')
        await person.looksAt('consent')

        // The form's answer redirects to another origin: form-action must allow it.
        await person.press('Allow')
        await person.page.waitForURL(`${app.redirectUri}?*`)
        assert.equal((await app.tokens()).scope, 'openid profile email offline_access read write')
      }))

    test('a known app gets its answer straight from the login form', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        await person.open(await app.request('web-basic', 'openid'))
        await person.signIn('alice')
        if ((await person.heading()) === 'Allow access?') await person.press('Allow')
        await person.page.waitForURL(`${app.redirectUri}?*`)
        await app.tokens()

        await person.open('/logout')
        await person.press('Sign out')
        await person.open(await app.request('web-basic', 'openid'))
        await person.signIn('alice')
        await person.page.waitForURL(`${app.redirectUri}?*`)
        assert.equal((await app.tokens()).claims().aud, 'web-basic')
      }))

    test('response_mode=form_post', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        await person.open(await app.request('native', 'openid', { response_mode: 'form_post' }))
        await person.signIn('alice')
        await person.press('Allow')
        if (!javaScriptEnabled) {
          await person.looksAt('form-post')
          await person.press('Continue')
        }
        await person.page.waitForURL(app.redirectUri)
        assert.ok(app.answer instanceof Request, 'the answer came by POST')
        assert.equal((await app.tokens()).claims().aud, 'native')
      }))

    test('a person denies', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        await person.open(await app.request('native', 'openid email'))
        await person.signIn('bob')
        await person.press('Deny')
        await person.page.waitForURL(`${app.redirectUri}?*`)
        await assert.rejects(app.tokens(), { error: 'access_denied' })
        assert.equal(app.answer.searchParams.get('iss'), issuer)
      }))

    test('a person changes the account at the consent page', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        await person.open(await app.request('native', 'openid profile'))
        await person.signIn('bob')
        await person.follow('Not you?')
        await person.signIn('alice')
        await person.reads('alice@people.example')
        await person.press('Allow')
        await person.page.waitForURL(`${app.redirectUri}?*`)
        assert.equal((await app.tokens()).claims().aud, 'native')
      }))

    test('a redirect that nobody registered ends on a page', () =>
      meeting(javaScriptEnabled, async (person, app) => {
        const url = new URL(await app.request('native', 'openid'))
        url.searchParams.set('redirect_uri', 'https://evil.example/callback')
        await person.refused(400, () => person.open(url.href))
        assert.equal(person.path(), '/oauth/authorize')
        await person.looksAt('error')
      }))
  })
}
