import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configured, issuer } from './support.mjs'

test('both discovery documents are found, name the issuer and agree', async () => {
  const oidc = (await configured('web-basic', 'oidc')).serverMetadata()
  const oauth = (await configured('web-basic', 'oauth2')).serverMetadata()
  assert.equal(oidc.issuer, issuer)
  assert.equal(oauth.issuer, issuer)
  assert.deepEqual({ ...oauth }, { ...oidc })
})

test('the metadata says what the server can do', async () => {
  const metadata = (await configured('web-basic')).serverMetadata()
  for (const endpoint of [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'device_authorization_endpoint',
    'introspection_endpoint',
    'revocation_endpoint',
  ]) {
    assert.equal(new URL(metadata[endpoint]).origin, new URL(issuer).origin, endpoint)
  }
  const includes = (name, ...values) => {
    for (const value of values) assert.ok(metadata[name]?.includes(value), `${name} lacks ${value}`)
  }
  includes('response_types_supported', 'code')
  includes('response_modes_supported', 'query', 'form_post')
  includes('code_challenge_methods_supported', 'S256')
  includes('id_token_signing_alg_values_supported', 'RS256', 'ES256')
  includes('subject_types_supported', 'public')
  includes('scopes_supported', 'openid', 'profile', 'email', 'address', 'phone', 'offline_access')
  includes('token_endpoint_auth_methods_supported', 'client_secret_basic', 'client_secret_post', 'none')
  includes(
    'grant_types_supported',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
  )
  assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  assert.ok(!metadata.code_challenge_methods_supported.includes('plain'))
})

test('the key set has public keys only, each with its algorithm', async () => {
  const metadata = (await configured('web-basic')).serverMetadata()
  const { keys } = await (await fetch(metadata.jwks_uri)).json()
  const algorithms = keys.map((key) => key.alg)
  for (const algorithm of ['RS256', 'ES256']) assert.ok(algorithms.includes(algorithm), `no ${algorithm} key`)
  for (const key of keys) {
    assert.ok(key.kid && key.use === 'sig')
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), `${secret} is published`)
  }
})
