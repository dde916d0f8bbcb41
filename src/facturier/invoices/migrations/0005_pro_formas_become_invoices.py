import django.db.models.deletion
from django.db import migrations, models

import facturier.rules.document


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("invoices", "0004_natures_delivery_exchange"),
        ("organisations", "0002_logos"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="converted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="converted_from",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="converted_to",
                to="invoices.invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("converted_at", None),
                    ("kind", facturier.rules.document.Kind["PRO_FORMA"]),
                    _connector="OR",
                ),
                name="only_pro_formas_are_converted",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("converted_from", None),
                    ("kind", facturier.rules.document.Kind["INVOICE"]),
                    _connector="OR",
                ),
                name="invoices_come_of_pro_formas",
            ),
        ),
    ]
