"""The columns of the made files, by the names that a warehouse gives them: 129 for orders.

No header of the real export is known. The names that are (orders_id, order_status, total_amount,
...) stand beside plausible ones of the same back office.
"""

_ORDER = """
    orders_id order_status order_date total_amount currency customer_id product_category
    campaign_id gateway_id gateway_descriptor processor_id
    billing_first_name billing_last_name billing_email phone billing_address1 billing_address2
    billing_city billing_state billing_state_id billing_zip billing_country
    shipping_first_name shipping_last_name shipping_address1 shipping_address2 shipping_city
    shipping_state shipping_state_id shipping_zip shipping_country
    shipping_id shipping_method_name shipping_amount shipping_date shippable tracking_number
    afid sid affid aid opt c1 c2 c3 click_id affiliate sub_affiliate
    utm_source utm_medium utm_campaign utm_content utm_term ip_address ip_address_lookup
    is_recurring rebill_depth parent_order_id ancestor_order_id child_order_id billing_cycle
    recurring_date retry_date retry_attempt rebill_discount
    next_subscription_product next_subscription_product_id next_subscription_product_price
    subscription_id subscription_type stop_after_next_rebill
    product_id product_name product_sku product_price product_qty offer_id offer_name
    billing_model_id billing_model_name upsell_product_id upsell_product_quantity step_number
    is_add_on is_in_trial
    sub_total order_sales_tax order_sales_tax_amount coupon_code coupon_discount_amount
    promo_code credit_applied amount_refunded_to_date
    cc_type cc_expires credit_card_number cc_first_6 cc_last_4 prepaid_match is_test_cc
    transaction_id auth_id response_code decline_reason decline_reason_details is_3d_protected
    is_cascaded
    refund_flag refund_amount refund_date chargeback_flag chargeback_date void_amount void_date
    is_fraud is_rma rma_number rma_reason return_reason is_blacklisted
    on_hold on_hold_by hold_date order_confirmed order_confirmed_date acquisition_date fax
    employee_notes system_notes
"""
_PROSPECT = """
    prospect_id campaign_id first_name last_name address city state zip country phone email
    ip_address date_created afid sid risk_flag notes
"""
COLUMNS = tuple(_ORDER.split())
PROSPECT_COLUMNS = tuple(_PROSPECT.split())
