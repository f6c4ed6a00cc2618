-- What a province grants, and no more: a reader with a slot, a reader of the views, and a writer of staging tables.
-- Passwords are set apart. The publication sends keys alone: what a record is now is asked for.
REVOKE ALL ON DATABASE nghe_an FROM PUBLIC;
CREATE ROLE hub_doc LOGIN REPLICATION;
CREATE ROLE hub_xem_doc LOGIN;
CREATE ROLE hub_ghi LOGIN;
GRANT CONNECT ON DATABASE nghe_an TO hub_doc, hub_xem_doc, hub_ghi;
GRANT USAGE ON SCHEMA hoc_ba TO hub_doc;
GRANT SELECT (ma_truong, ma_tinh) ON hoc_ba.truong TO hub_doc;
GRANT SELECT (id, ma_hs, ho_ten, so_dinh_danh, ho_chieu, ngay_sinh, gioi_tinh, dan_toc, quoc_tich, khuyet_tat)
    ON hoc_ba.hoc_sinh TO hub_doc;
GRANT SELECT (ma_ho_so, hoc_sinh_id, ma_truong, nam_hoc, ky, khoi, lop, xep_loai, hoan_thanh, hoan_thanh_cap, len_lop,
    khen_thuong, hoc_tap_hk1, hoc_tap_hk2, hoc_tap_ca_nam, hoc_tap_lai, ren_luyen_hk1, ren_luyen_hk2, ren_luyen_ca_nam,
    ren_luyen_lai, nghi_co_phep, nghi_khong_phep, chuyen_de, nhan_xet, ly_do_sua) ON hoc_ba.ho_so TO hub_doc;
GRANT SELECT ON hoc_ba.diem_mon, hoc_ba.pham_chat_nang_luc, hoc_ba.dot_nhap_diem TO hub_doc;
GRANT SELECT (ma_ho_so) ON hoc_ba.khoa_so TO hub_doc;
GRANT SELECT (ma_yeu_cau, ma_ho_so, ly_do) ON hoc_ba.yeu_cau_mo_khoa TO hub_doc;
GRANT USAGE ON SCHEMA hub_xem TO hub_xem_doc;
GRANT SELECT ON ALL TABLES IN SCHEMA hub_xem TO hub_xem_doc;
GRANT USAGE ON SCHEMA hub_den TO hub_ghi;
GRANT SELECT (ma_tra_loi), INSERT ON hub_den.bien_nhan, hub_den.tiep_nhan, hub_den.dinh_chinh TO hub_ghi;
GRANT SELECT (ma_yeu_cau), INSERT ON hub_den.tra_loi_mo_khoa TO hub_ghi;
CREATE PUBLICATION hub_nghe_an FOR TABLE
    hoc_ba.truong (ma_truong), hoc_ba.hoc_sinh (id), hoc_ba.ho_so (ma_ho_so), hoc_ba.diem_mon (ma_ho_so, ma_mon),
    hoc_ba.pham_chat_nang_luc (ma_ho_so, loai, ma), hoc_ba.dot_nhap_diem (nam_hoc, hoc_ky), hoc_ba.khoa_so (ma_ho_so),
    hoc_ba.yeu_cau_mo_khoa (ma_yeu_cau);
