import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from 'openid-client'
import { authorizationRequest, CALLBACK, configured, issuer, person, pick, refused, signIn, visitor } from './support.mjs'

for (const [clientId, algorithm] of [
  ['web-basic', 'RS256'],
  ['web-post', 'ES256'],
  ['native', 'RS256'],
]) {
  test(`${clientId}: code with PKCE, ID token, userinfo`, async () => {
    const config = await configured(clientId)
    const { url, checks } = await authorizationRequest(config, 'openid profile email')

    const callback = await visitor().authorize(url)
    assert.equal(callback.searchParams.get('iss'), issuer, 'RFC 9207')
    // Checks state, iss and nonce, then the ID token's signature, times, at_hash and audience.
    const tokens = await client.authorizationCodeGrant(config, callback, checks)

    assert.equal(tokens.token_type.toLowerCase(), 'bearer')
    assert.ok(tokens.expires_in > 0)
    assert.equal(tokens.scope, 'openid profile email')
    const claims = tokens.claims()
    assert.equal(claims.aud, clientId)
    assert.ok(claims.exp - claims.iat <= 3600, 'an ID token is short-lived')
    const header = JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url'))
    assert.equal(header.alg, algorithm)

    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    const alice = person('alice')
    assert.deepEqual(
      pick(info, 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'email', 'email_verified', 'birthdate'),
      pick(alice, 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'email', 'email_verified', 'birthdate'),
    )
    assert.equal(info.preferred_username, 'alice')
    for (const claim of ['address', 'phone_number']) assert.ok(!(claim in info), `${claim} was not asked for`)
  })
}

test('scopes address and phone release their claims', async () => {
  const config = await configured('web-basic')
  const tokens = await signIn(config, 'openid address phone')
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.deepEqual(
    pick(info, 'address', 'phone_number', 'phone_number_verified'),
    pick(person('alice'), 'address', 'phone_number', 'phone_number_verified'),
  )
  assert.ok(!('email' in info) && !('name' in info))
})

test('the claims parameter releases single claims', async () => {
  const config = await configured('web-basic')
  const { url, checks } = await authorizationRequest(config, 'openid', {
    claims: JSON.stringify({ userinfo: { nickname: { essential: true } }, id_token: { email: null } }),
  })
  const tokens = await client.authorizationCodeGrant(config, await visitor().authorize(url), checks)
  assert.equal(tokens.claims().email, person('alice').email)
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(info.nickname, person('alice').nickname)
  assert.ok(!('email' in info) && !('name' in info))
})

test('a consent is remembered for a confidential client and asked again of a public one', async () => {
  for (const [clientId, again] of [
    ['web-post', []],
    ['native', ['consent']],
  ]) {
    const config = await configured(clientId)
    const browser = visitor('bob')
    await signIn(config, 'openid read', browser)
    assert.ok(browser.asked.includes('sign-in'))
    await signIn(config, 'openid read', browser)
    assert.deepEqual(browser.asked, again, clientId)
  }
})

test('max_age and prompt=login ask for the password again and move auth_time', async () => {
  const config = await configured('web-post')
  const browser = visitor()
  const first = await signIn(config, 'openid', browser)
  await new Promise((done) => setTimeout(done, 1100))

  const { url, checks } = await authorizationRequest(config, 'openid', { max_age: '10000' })
  const same = await client.authorizationCodeGrant(config, await browser.authorize(url), { ...checks, maxAge: 10000 })
  assert.deepEqual(browser.asked, [], 'the sign-in is recent enough')

  for (const more of [{ prompt: 'login' }, { max_age: '0' }]) {
    const { url, checks } = await authorizationRequest(config, 'openid', more)
    const again = await client.authorizationCodeGrant(config, await browser.authorize(url), { ...checks, maxAge: 60 })
    assert.ok(browser.asked.includes('sign-in'), JSON.stringify(more))
    assert.ok(again.claims().auth_time > same.claims().auth_time, JSON.stringify(more))
    assert.equal(again.claims().sub, first.claims().sub)
  }
})

test('prompt=none answers login_required to a stranger, and a code to who is known', async () => {
  const config = await configured('web-post')
  const browser = visitor()
  const { url, checks } = await authorizationRequest(config, 'openid', { prompt: 'none' })
  await assert.rejects(client.authorizationCodeGrant(config, await browser.authorize(url), checks), (problem) => {
    assert.ok(problem instanceof client.AuthorizationResponseError, problem)
    assert.equal(problem.error, 'login_required')
    return true
  })

  const tokens = await signIn(config, 'openid', browser)
  const silent = await authorizationRequest(config, 'openid', { prompt: 'none', id_token_hint: tokens.id_token })
  const again = await client.authorizationCodeGrant(config, await browser.authorize(silent.url), silent.checks)
  assert.deepEqual(browser.asked, [])
  assert.equal(again.claims().sub, tokens.claims().sub)
})

test('a person who denies sends access_denied, state and iss to the app', async () => {
  const config = await configured('native')
  const { url, checks } = await authorizationRequest(config, 'openid email')
  const callback = await visitor().authorize(url, 'deny')
  assert.equal(callback.searchParams.get('iss'), issuer)
  await assert.rejects(client.authorizationCodeGrant(config, callback, checks), (problem) => {
    assert.ok(problem instanceof client.AuthorizationResponseError, problem)
    assert.equal(problem.error, 'access_denied')
    return true
  })
})

test('a wrong verifier is invalid_grant, and so is a code of another client', async () => {
  const config = await configured('web-post')
  const wrong = await authorizationRequest(config, 'openid')
  wrong.checks.pkceCodeVerifier = client.randomPKCECodeVerifier()
  const callback = await visitor().authorize(wrong.url)
  await assert.rejects(client.authorizationCodeGrant(config, callback, wrong.checks), refused(400, 'invalid_grant'))

  const { url, checks } = await authorizationRequest(config, 'openid')
  const foreign = await configured('web-basic')
  const answer = await visitor().authorize(url)
  await assert.rejects(client.authorizationCodeGrant(foreign, answer, checks), refused(400, 'invalid_grant'))
})

test('a replayed code is invalid_grant and kills what the first use gave', async () => {
  const config = await configured('web-post')
  const { url, checks } = await authorizationRequest(config, 'openid offline_access')
  const callback = await visitor().authorize(url)
  const tokens = await client.authorizationCodeGrant(config, callback, checks)

  await assert.rejects(client.authorizationCodeGrant(config, callback, checks), refused(400, 'invalid_grant'))
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    assert.deepEqual({ ...(await client.tokenIntrospection(config, token)) }, { active: false })
  }
})

test('of 32 concurrent redemptions of one code exactly one wins', async () => {
  const config = await configured('native')
  const { url, checks } = await authorizationRequest(config, 'openid')
  const callback = await visitor().authorize(url)
  const tries = await Promise.allSettled(Array.from({ length: 32 }, () => client.authorizationCodeGrant(config, callback, checks)))
  assert.equal(tries.filter((each) => each.status === 'fulfilled').length, 1)
  for (const each of tries) if (each.status === 'rejected') refused(400, 'invalid_grant')(each.reason)
})

test('response_mode=form_post hands the answer over by a form', async () => {
  const config = await configured('web-basic')
  const { url, checks } = await authorizationRequest(config, 'openid', { response_mode: 'form_post' })
  const browser = visitor()
  await signIn(config, 'openid', browser)

  const page = await browser.open(url)
  const form = page.form('input[name=code]')
  assert.equal(form.method, 'POST')
  assert.equal(form.action.href, CALLBACK)
  const request = new Request(form.action, { method: 'POST', body: new URLSearchParams(form.fields) })
  const tokens = await client.authorizationCodeGrant(config, request, checks)
  assert.ok(tokens.access_token)
})

test('an unregistered redirect URI is refused on a page, never followed', async () => {
  const config = await configured('web-basic')
  for (const redirect_uri of ['https://evil.example/callback', `${CALLBACK}/more`, 'http://127.0.0.1.evil.example/callback']) {
    const { url } = await authorizationRequest(config, 'openid', { redirect_uri })
    const page = await visitor().open(url)
    assert.equal(page.callback, undefined, redirect_uri)
    assert.equal(page.status, 400)
  }
})
