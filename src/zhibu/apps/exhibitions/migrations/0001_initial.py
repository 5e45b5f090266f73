import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Exhibition',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('draft', '筹备中'), ('open', '展出中'), ('closed', '已撤展')], default='draft', max_length=6)),
                ('title', models.CharField(max_length=120)),
                ('foreword', models.TextField(blank=True, max_length=4000)),
                ('readership', models.CharField(choices=[('branch', '本组织和上级'), ('house', '全单位'), ('public', '公开')], max_length=8)),
                ('changed_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('why_closed', models.CharField(blank=True, max_length=300)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exhibitions', to='organizations.organization')),
            ],
            options={
                'ordering': ['-changed_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'open', 'closed'])), name='exhibition_stage_known'), models.CheckConstraint(condition=models.Q(('readership__in', ['branch', 'house', 'public'])), name='exhibition_readership_known'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'closed'), _negated=True), models.Q(('why_closed', ''), _negated=True), _connector='OR'), name='exhibition_closed_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Exhibit',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('object', '实物'), ('document', '文献'), ('picture', '图片'), ('story', '故事')], max_length=8)),
                ('section', models.CharField(blank=True, max_length=60)),
                ('title', models.CharField(blank=True, max_length=80)),
                ('text', models.TextField(blank=True, max_length=1500)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('picture', models.CharField(blank=True, max_length=64)),
                ('large', models.CharField(blank=True, max_length=64)),
                ('width', models.PositiveSmallIntegerField(default=0)),
                ('height', models.PositiveSmallIntegerField(default=0)),
                ('alt', models.CharField(blank=True, max_length=300)),
                ('has_people', models.BooleanField()),
                ('place', models.PositiveSmallIntegerField()),
                ('number', models.PositiveSmallIntegerField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('exhibition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exhibits', to='exhibitions.exhibition')),
            ],
            options={
                'ordering': ['place', 'id'],
                'indexes': [models.Index(fields=['picture'], name='exhibitions_picture_4d3617_idx'), models.Index(fields=['large'], name='exhibitions_large_5c2d85_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['object', 'document', 'picture', 'story'])), name='exhibit_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), models.Q(('title', ''), _negated=True), models.Q(('source', ''), _negated=True)), models.Q(('section', ''), ('source', ''), ('text', ''), ('title', ''), ('withdrawn_at__isnull', False), ('alt', ''), ('large', ''), ('picture', '')), _connector='OR'), name='exhibit_withdrawn_is_empty'), models.CheckConstraint(condition=models.Q(models.Q(('alt', ''), ('large', ''), ('picture', '')), models.Q(models.Q(('picture', ''), _negated=True), models.Q(('large', ''), _negated=True), models.Q(('alt', ''), _negated=True)), _connector='OR'), name='exhibit_picture_is_described')],
            },
        ),
        migrations.CreateModel(
            name='ShownPerson',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=40)),
                ('how', models.CharField(blank=True, max_length=300)),
                ('consent', models.CharField(choices=[('asked', '待答复'), ('given', '同意'), ('refused', '不同意')], default='asked', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('exhibit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shown', to='exhibitions.exhibit')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shown_in', to='people.person')),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('exhibit', 'person'), name='shown_person_once'), models.UniqueConstraint(condition=models.Q(('name', ''), _negated=True), fields=('exhibit', 'name'), name='shown_name_once'), models.CheckConstraint(condition=models.Q(('consent__in', ['asked', 'given', 'refused'])), name='consent_known'), models.CheckConstraint(condition=models.Q(models.Q(('how', ''), ('name', ''), ('person__isnull', False)), models.Q(('person__isnull', True), models.Q(('name', ''), _negated=True)), _connector='OR'), name='shown_person_is_one_of_two'), models.CheckConstraint(condition=models.Q(('person__isnull', False), models.Q(('consent', 'given'), _negated=True), models.Q(('how', ''), _negated=True), _connector='OR'), name='consent_of_others_says_how')],
            },
        ),
    ]
