-- add_staff
INSERT INTO staff (name, role, password, temporary, secret, step, language, disabled)
VALUES (?, ?, ?, ?, '', 0, '', 0)

-- reset_staff
UPDATE staff SET password = ?, temporary = ?, secret = '', step = 0, disabled = 0 WHERE name = ?

-- disable_staff
UPDATE staff SET disabled = ? WHERE name = ?

-- set_staff_role
UPDATE staff SET role = ? WHERE name = ?

-- set_staff_password
UPDATE staff SET password = ?, temporary = 0 WHERE name = ?

-- set_staff_secret
UPDATE staff SET secret = ?, step = ? WHERE name = ?

-- set_staff_language
UPDATE staff SET language = ? WHERE name = ?

-- use_staff_code
UPDATE staff SET step = ? WHERE name = ? AND step < ?

-- purge_staff
DELETE FROM staff WHERE name IN (SELECT name FROM staff WHERE disabled <> 0 AND disabled < ? LIMIT ?)

-- add_staff_session
-- Never of an account that was disabled meanwhile, nor by a code that somebody else has used.
INSERT INTO staff_sessions (token, name, begun, seen)
SELECT ?, name, ?, ? FROM staff WHERE name = ? AND disabled = 0 AND step < ?

-- touch_staff_session
UPDATE staff_sessions SET seen = ? WHERE token = ?

-- end_staff_session
DELETE FROM staff_sessions WHERE token = ?

-- end_staff_sessions_of
DELETE FROM staff_sessions WHERE name = ?

-- purge_staff_sessions
DELETE FROM staff_sessions WHERE token IN (SELECT token FROM staff_sessions WHERE begun < ? LIMIT ?)
