import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from 'openid-client'
import { configured, issuer, refused, registration, signIn } from './support.mjs'

test('a token is introspected by its client and by who may see all, not by others', async () => {
  const config = await configured('web-basic')
  const tokens = await signIn(config, 'openid read offline_access')
  const active = await client.tokenIntrospection(config, tokens.access_token)
  assert.equal(active.active, true)
  assert.equal(active.client_id, 'web-basic')
  assert.equal(active.sub, tokens.claims().sub)
  assert.equal(active.scope, 'openid read offline_access')
  assert.equal(active.iss, issuer)
  assert.equal(active.username, 'alice')
  assert.ok(active.jti && active.exp > active.iat)

  const all = await client.tokenIntrospection(await configured('service-basic'), tokens.access_token)
  assert.equal(all.active, true)
  const other = await client.tokenIntrospection(await configured('service-post'), tokens.access_token)
  assert.deepEqual({ ...other }, { active: false })
})

test('revoking the refresh token ends its access tokens too', async () => {
  for (const clientId of ['web-basic', 'web-post', 'native']) {
    const config = await configured(clientId)
    const tokens = await signIn(config, 'openid offline_access')
    await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' })

    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), refused(400, 'invalid_grant'))
    const info = client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    await assert.rejects(info, refused(401, 'invalid_token'))
    const seen = await client.tokenIntrospection(await configured('service-basic'), tokens.access_token)
    assert.deepEqual({ ...seen }, { active: false })
  }
})

test('revoking an access token spares the refresh token', async () => {
  const config = await configured('web-basic')
  const tokens = await signIn(config, 'openid offline_access')
  await client.tokenRevocation(config, tokens.access_token)
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
  assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token)
})

test('revoking what nobody was given is fine; revoking what is not ours changes nothing', async () => {
  const config = await configured('web-basic')
  await client.tokenRevocation(config, 'no-such-token')
  const tokens = await signIn(config, 'openid')
  // RFC 7009 section 2.1: refused; how is the server's choice, the token lives on.
  await client.tokenRevocation(await configured('web-post'), tokens.access_token).catch(() => {})
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
})

// The last one's id and secret need the encoding of RFC 6749 section 2.3.1.
for (const clientId of ['service-basic', 'service-post', 'service: odd/id+100%']) {
  test(`${clientId}: client credentials`, async () => {
    const config = await configured(clientId)
    const tokens = await client.clientCredentialsGrant(config, { scope: 'read' })
    assert.equal(tokens.scope, 'read')
    assert.equal(tokens.refresh_token, undefined)
    assert.equal(tokens.id_token, undefined)

    const info = await client.tokenIntrospection(config, tokens.access_token)
    assert.equal(info.active, true)
    assert.equal(info.sub, `client:${clientId}`)

    const all = await client.clientCredentialsGrant(config)
    assert.equal(all.scope, registration(clientId).scope)
    await assert.rejects(client.clientCredentialsGrant(config, { scope: 'admin' }), refused(400, 'invalid_scope'))
  })
}

test('a wrong secret is invalid_client', async () => {
  for (const method of [client.ClientSecretBasic, client.ClientSecretPost]) {
    const execute = [client.allowInsecureRequests]
    const config = await client.discovery(new URL(issuer), 'service-basic', {}, method('wrong'), { execute })
    await assert.rejects(client.clientCredentialsGrant(config), refused(401, 'invalid_client'))
  }
})

test('a client uses no grant that it did not register', async () => {
  const config = await configured('web-basic')
  await assert.rejects(client.clientCredentialsGrant(config), refused(400, 'unauthorized_client'))
})
