-- name: hostile
-- A record full of a hostile text, under a key that may be one too.
INSERT INTO hoc_ba.ho_so (ma_ho_so, hoc_sinh_id, ma_truong, nam_hoc, ky, khoi, lop, nhan_xet, khen_thuong)
VALUES (%(key)s, 1, %(text)s, %(text)s, %(text)s, 5, %(text)s, %(text)s, ARRAY[%(text)s])

-- name: answers_receipt
-- The receipts in the staging schema.
SELECT ma_tra_loi AS id, * FROM hub_den.bien_nhan ORDER BY ghi_luc, ma_tra_loi

-- name: answers_incoming_pupil
-- The incoming pupils in the staging schema.
SELECT ma_tra_loi AS id, * FROM hub_den.tiep_nhan ORDER BY ghi_luc, ma_tra_loi

-- name: answers_correction
-- The corrections in the staging schema.
SELECT ma_tra_loi AS id, * FROM hub_den.dinh_chinh ORDER BY ghi_luc, ma_tra_loi

-- name: answers_unlock
-- The answers to requests to unlock, in the staging schema.
SELECT ma_tra_loi AS id, * FROM hub_den.tra_loi_mo_khoa ORDER BY ghi_luc, ma_tra_loi

-- name: database
-- Whether a database of this name is there.
SELECT FROM pg_database WHERE datname = %(name)s

-- name: end_connections
-- End the connections of these roles.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY (%(roles)s)

-- name: mark_class
-- Put a mark behind the class of a record.
UPDATE hoc_ba.ho_so SET lop = lop || %(mark)s WHERE ma_ho_so = %(key)s

-- name: open_windows
-- Open a window for every semester that has records.
INSERT INTO hoc_ba.dot_nhap_diem (nam_hoc, hoc_ky, dang_mo)
SELECT DISTINCT nam_hoc, CASE ky WHEN 'HK1' THEN 1 ELSE 2 END, true FROM hoc_ba.ho_so ON CONFLICT DO NOTHING

-- name: close_windows
-- Close every window.
UPDATE hoc_ba.dot_nhap_diem SET dang_mo = false

-- name: ask_unlock
-- Ask for a record to be unlocked.
INSERT INTO hoc_ba.yeu_cau_mo_khoa (ma_ho_so, ly_do, nguoi_yeu_cau) VALUES (%(key)s, 'Nhập sai điểm.', 'gv01')

-- name: followed
-- One row for each slot that somebody reads.
SELECT 1 FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL

-- name: end_followers
-- End the connections that read a slot.
SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid IS NOT NULL

-- name: drop_slots
-- Drop every slot.
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots

-- name: change_key
-- Give a record another key.
UPDATE hoc_ba.ho_so SET ma_ho_so = ma_ho_so || '-2' WHERE ma_ho_so = %(key)s

-- name: delete_record
-- Delete a record.
DELETE FROM hoc_ba.ho_so WHERE ma_ho_so = %(key)s
