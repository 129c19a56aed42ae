"""Bugs as direct edits of a database, by the invariant that has to notice; ``;`` separates statements.

The database has B1000001 (on account) and B1000002 (by card), both delivered, and B1000003, whose card was declined.
"""

_LIVE = "(SELECT order_id FROM orders WHERE number = 'B1000001')"
_CARD = "(SELECT order_id FROM orders WHERE number = 'B1000002')"
_CARDED = "(SELECT payment_id FROM payments WHERE reference = 'B1000002-1')"
_FAILED = "(SELECT order_id FROM orders WHERE number = 'B1000003')"
_NOW = "'2026-11-25 00:00:00.000000'"
_SAME_TRY = "kind, started_at, ended_at, outcome, reason"
_LATE_TRY = "kind, '2099-01-01 00:00:00.000000', ended_at, outcome, reason, request, answer, worker"

PLANTED = (
    (1, "UPDATE payments SET reference = 'B9-1' WHERE status = 'captured' AND method = 'card'"),
    (1, "UPDATE payments SET key = 'another' WHERE status = 'captured' AND method = 'card'"),
    (1, "UPDATE payments SET captured = captured - 1 WHERE status = 'captured' AND method = 'card'"),
    (1, f"UPDATE payment_moves SET key = key || 'x' WHERE payment_id = {_CARDED}"),
    (1, f"UPDATE payment_moves SET amount = amount - 1 WHERE payment_id = {_CARDED}"),
    (1, f"DELETE FROM payment_moves WHERE payment_id = {_CARDED}"),
    (3, "UPDATE payments SET captured = amount + 1 WHERE method = 'card'"),
    (3, "UPDATE payments SET authorised = authorised + 1 WHERE status = 'captured'"),
    (3, "UPDATE payments SET refunded = captured + 1"),
    (3, "UPDATE payments SET refunded = -1"),
    (3, "UPDATE payments SET refunded = 1 WHERE status = 'captured'"),
    (3, f"UPDATE orders SET total = total - 1 WHERE order_id = {_CARD}"),
    (3, "DELETE FROM payment_moves"),
    (3, "UPDATE payment_moves SET status = 'planned'"),
    (
        3,
        f"""UPDATE payments SET refunded = captured WHERE order_id = {_CARD};
            UPDATE payment_moves SET kind = 'refund', status = 'planned' WHERE payment_id = {_CARDED}""",
    ),
    (4, f"UPDATE payment_moves SET key = key || 'x' WHERE payment_id = {_CARDED}"),
    (4, "UPDATE payments SET key = 'another' WHERE method = 'card' AND status = 'declined'"),
    (
        3,
        f"INSERT INTO gift_certificates VALUES ('GC', 'USD', 9, 9, 'active', '', '', '', NULL, {_NOW}, {_NOW})",
    ),
    (
        3,
        f"""INSERT INTO gift_certificates
            VALUES ('GC', 'USD', 9, 10, 'active', '', '', '', NULL, {_NOW}, {_NOW});
            INSERT INTO certificate_moves VALUES ('issued:GC', 'GC', 'issued', 10, 10, '', {_NOW})""",
    ),
    (
        4,
        f"""INSERT INTO transfer_attempts
            SELECT 'again', order_id, 9, {_SAME_TRY}, 'another body', answer, worker
            FROM transfer_attempts WHERE kind = 'transfer' LIMIT 1""",
    ),
    (5, f"UPDATE payments SET status = 'unknown' WHERE order_id = {_LIVE}"),
    (5, f"UPDATE payments SET status = 'pending', method = 'link' WHERE order_id = {_LIVE}"),
    (5, f"UPDATE payment_moves SET status = 'unknown' WHERE payment_id = {_CARDED}"),
    (5, f"UPDATE payment_moves SET status = 'refused' WHERE payment_id = {_CARDED}"),
    (6, f"UPDATE orders SET notes = 'his card: 4242 4242 4242 4242' WHERE order_id = {_LIVE}"),
    (6, "UPDATE payments SET label = '378282246310005'"),
    (6, """UPDATE inbox SET body = json_set(body, '$.order.note', '4000-0566-5566-5556')"""),
    (6, "UPDATE workflow_status SET inputs = '{\"number\": 5105105105105100}'"),
    (7, f"UPDATE orders SET total = total + 1 WHERE order_id = {_LIVE}"),
    (7, f"UPDATE payments SET amount = amount - 1 WHERE order_id = {_LIVE}"),
    (7, f"UPDATE order_lines SET unit_price = unit_price + 1 WHERE order_id = {_LIVE}"),
    (7, f"UPDATE order_lines SET tax = tax + 100 WHERE order_id = {_LIVE}"),
    (
        8,
        f"""DROP INDEX uq_orders_cart_version_live;
            CREATE TABLE twin AS SELECT * FROM orders WHERE order_id = {_LIVE};
            UPDATE twin SET order_id = 'twin', number = 'B1';
            INSERT INTO orders SELECT * FROM twin""",
    ),
    (9, "UPDATE counters SET value = 1000001 WHERE name = 'order-adventure'"),
    (9, "UPDATE checkout_attempts SET order_number = 'B1000001' WHERE order_number = 'B1000002'"),
    (10, f"UPDATE orders SET notes = 'ring twice' WHERE order_id = {_LIVE}"),
    (10, f"UPDATE order_lines SET name = 'Another helmet' WHERE order_id = {_LIVE}"),
    (10, f"UPDATE orders SET ship_to = json_set(ship_to, '$.line1', 'X') WHERE order_id = {_LIVE}"),
    (10, f"UPDATE order_addresses SET postal_code = '0' WHERE order_id = {_LIVE}"),
    (10, f"UPDATE order_shipments SET cost = cost + 1 WHERE order_id = {_LIVE}"),
    (10, f"DELETE FROM order_shipments WHERE order_id = {_LIVE}"),
    (10, f"UPDATE order_payments SET amount = amount - 1 WHERE order_id = {_LIVE}"),
    (10, f"UPDATE order_taxes SET percent = '0' WHERE order_id = {_LIVE}"),
    (11, f"DELETE FROM order_events WHERE order_id = {_LIVE}"),
    (11, f"DELETE FROM transfers WHERE order_id = {_LIVE}"),
    (11, "DELETE FROM mails WHERE occasion = 'confirmation'"),
    (11, "UPDATE mails SET status = 'queued' WHERE occasion = 'confirmation'"),
    (11, f"UPDATE transfers SET status = 'queued' WHERE order_id = {_LIVE}"),
    (
        11,
        f"""INSERT INTO order_events SELECT 'e', order_id, 'OrderSubmit', at
            FROM order_statuses WHERE order_id = {_FAILED} LIMIT 1""",
    ),
    (12, f"UPDATE orders SET status = 'R' WHERE order_id = {_LIVE}"),
    (12, f"DELETE FROM order_statuses WHERE place = 2 AND order_id = {_LIVE}"),
    (12, f"UPDATE order_statuses SET status = 'S' WHERE place = 2 AND order_id = {_LIVE}"),
    (13, "UPDATE checkout_attempts SET state = 'running' WHERE state = 'completed'"),
    (13, "DELETE FROM checkout_steps WHERE what = 'undo' AND action = 'populateTemplateOrderPayment'"),
    (14, f"UPDATE payments SET status = 'authorised' WHERE order_id = {_FAILED}"),
    (14, "DELETE FROM audit WHERE action = 'checkout.rolled_back'"),
    (
        14,
        f"""UPDATE carts SET status = 'in_checkout'
            WHERE cart_id = (SELECT cart_id FROM orders WHERE order_id = {_FAILED})""",
    ),
    (
        14,
        f"""INSERT INTO take_backs
            SELECT 't', attempt_id, 'holdPoints', 'points', 'k', '', 'open', '', 3, started_at, started_at
            FROM checkout_attempts WHERE order_id = {_FAILED}""",
    ),
    (14, f"UPDATE reservations SET order_id = {_FAILED} WHERE order_id IS NULL"),
    (15, "UPDATE carts SET status = 'open' WHERE status = 'ordered'"),
    (15, "UPDATE carts SET status = 'ordered' WHERE status = 'open'"),
    (16, "INSERT INTO use_counts VALUES ('coupon', 'TEN', '', 1)"),
    (16, f"INSERT INTO order_uses VALUES ({_LIVE}, 'coupon', 'TEN', '29485', {_NOW})"),
    (
        16,
        f"""INSERT INTO use_counts VALUES ('coupon', 'TEN', '', 1);
            INSERT INTO use_counts VALUES ('coupon', 'TEN', '29485', 1);
            INSERT INTO order_uses VALUES ({_FAILED}, 'coupon', 'TEN', '29485', {_NOW})""",
    ),
    (
        16,
        f"""INSERT INTO coupons VALUES ('ONE', 'p', NULL, NULL, 0, NULL, '', '', '', 1, {_NOW});
            INSERT INTO use_counts VALUES ('coupon', 'ONE', '', 1);
            INSERT INTO order_uses VALUES ({_LIVE}, 'coupon', 'ONE', '', {_NOW})""",
    ),
    (19, f"UPDATE transfers SET status = 'unknown' WHERE order_id = {_LIVE}"),
    (19, f"UPDATE transfers SET status = 'failed' WHERE order_id = {_LIVE}"),
    (20, "DELETE FROM transfer_attempts WHERE number = 1"),
    (
        20,
        f"""INSERT INTO transfer_attempts SELECT 'again', order_id, number + 1, {_LATE_TRY}
            FROM transfer_attempts WHERE kind = 'transfer' AND outcome = 'succeeded' LIMIT 1;
            UPDATE transfers SET attempts = attempts + 1 WHERE order_id = {_CARD}""",
    ),
    (22, "UPDATE stock SET reserved = 1 WHERE sku = 'HL-U509-R' AND location_id = 'ONLINE'"),
    (22, "UPDATE reservations SET expires_at = '2020-01-01 00:00:00.000000' WHERE status = 'held'"),
    (22, "UPDATE carts SET status = 'cancelled' WHERE status = 'open'"),
    (23, "UPDATE stock SET quantity = -1 WHERE sku = 'HL-U509-R'"),
    (23, "UPDATE availability SET quantity = -1"),
    (23, f"UPDATE order_lines SET cancelled = -1 WHERE order_id = {_LIVE}"),
    (24, "DELETE FROM decrements"),
    (24, "UPDATE decrements SET quantity = quantity + 1"),
    (24, f"UPDATE decrements SET order_id = {_FAILED} WHERE order_id = {_LIVE}"),
    (24, "UPDATE availability SET quantity = quantity + 1"),
    (25, "UPDATE inbox SET applied_at = NULL WHERE state = 'applied'"),
    (25, """UPDATE audit SET detail = '{"message": "m"}' WHERE action = 'sync.applied'"""),
    (25, "UPDATE inbox SET body = '{}'"),
    (28, "DELETE FROM inbox WHERE sequence = 1"),
    (28, "UPDATE inbox SET state = 'lost' WHERE sequence = 1"),
    (29, f"UPDATE order_lines SET shipped = quantity + 1 WHERE order_id = {_LIVE}"),
    (
        29,
        """INSERT INTO shipments
           SELECT order_id, shipment_id || '-twice', status, carrier, tracking, shipped_at, quantities
           FROM shipments""",
    ),
    (30, "UPDATE audit SET actor = 'somebody' WHERE entry = 9"),
    (30, "DELETE FROM audit WHERE entry = 9"),
    (30, "UPDATE audit SET action = 'nothing' WHERE action = 'transfer.transferred'"),
    (31, "UPDATE audit SET role = 'support' WHERE action = 'cart.line_added'"),
    (31, "UPDATE audit SET role = 'supervisor' WHERE action = 'cart.line_added'"),
    (31, "UPDATE audit SET action = 'money.burnt' WHERE action = 'call.opened'"),
    (31, "UPDATE audit SET action = 'cart.price_approved' WHERE action = 'cart.line_added'"),
    (
        31,
        """UPDATE cart_lines SET override = '{"unit_price": {"minor": 1, "currency": "USD"},
           "reason_code": "x", "set_by": "ann", "approved_by": "sue"}'""",
    ),
)
