-- staff
SELECT name, role, password, temporary, secret, step, language, disabled FROM staff ORDER BY name

-- staff_named
SELECT name, role, password, temporary, secret, step, language, disabled FROM staff WHERE name = :who

-- staff_session
SELECT begun, seen, staff.name, role, password, temporary, secret, step, language, disabled
  FROM staff_sessions JOIN staff ON staff.name = staff_sessions.name WHERE token = :token
