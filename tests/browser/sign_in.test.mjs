import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, passwordOf, Person, WITH_AND_WITHOUT_SCRIPT } from './support.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

for (const [mode, javaScriptEnabled] of WITH_AND_WITHOUT_SCRIPT) {
  describe(mode, () => {
    test('a person signs in, looks around and signs out', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open('/')
      assert.equal(await person.heading(), 'Sign in')
      await person.looksAt('login')

      await person.signIn('alice')
      await person.isHome()
      await person.reads('alice@people.example')
      await person.looksAt('home')

      await person.open('/logout')
      await person.looksAt('logout')
      await person.press('Sign out')
      assert.equal(await person.heading(), 'Sign in')
      await person.open('/')
      assert.equal(await person.heading(), 'Sign in')
      await person.close()
    })

    test('a wrong password keeps the name and forgets the password', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open('/login')
      await person.refused(401, () => person.signIn('bob', 'wrong'))
      assert.equal(await person.page.getByLabel('User name').inputValue(), 'bob')
      assert.equal(await person.page.locator('input[type=password]').inputValue(), '')
      await person.looksAt('login-wrong')

      await person.signIn('bob')
      await person.reads('bob')
      await person.close()
    })

    test('the appearance is chosen by a form and remembered', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open('/login')
      const theme = () => person.page.locator('html').getAttribute('data-theme')
      const background = () => person.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const bright = await background()

      await person.press('Dark')
      assert.equal(person.path(), '/login')
      assert.equal(await theme(), 'dark')
      assert.notEqual(await background(), bright)
      await person.page.reload()
      assert.equal(await theme(), 'dark')

      await person.press('Auto')
      assert.equal(await theme(), null)
      await person.close()
    })

    test('the keyboard is enough', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open('/login')
      const { keyboard } = person.page
      await person.page.locator('[name=username]:focus').waitFor()
      await keyboard.type('alice')
      await keyboard.press('Tab')
      await keyboard.type(passwordOf('alice'))
      await keyboard.press('Enter')
      await person.isHome()
      await person.close()
    })

    test('an address where nothing is says so', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.refused(404, () => person.open('/no-such-page'))
      assert.equal(await person.heading(), 'Page not found')
      await person.looksAt('not-found')
      await person.close()
    })
  })
}

test('the session cookie is out of reach of scripts and of other sites', async () => {
  const person = await Person.at(browser, true)
  await person.open('/login')
  const [before] = await person.context.cookies()
  await person.signIn('alice')
  await person.isHome()
  const session = (await person.context.cookies()).find((cookie) => cookie.name.endsWith('authgate_session'))
  assert.equal(session.httpOnly, true)
  assert.equal(session.sameSite, 'Lax')
  assert.notEqual(session.value, before?.value, 'a sign-in starts a session of its own')
  await person.close()
})

test('too many wrong passwords have to wait', async () => {
  const person = await Person.at(browser, true)
  await person.open('/login')
  for (let wrong = 0; wrong < 5; wrong += 1) await person.refused(401, () => person.signIn('carol', 'wrong'))
  await person.refused(429, () => person.signIn('carol'))
  await person.reads('Too many tries')
  await person.looksAt('login-throttled')
  await person.close()
})
