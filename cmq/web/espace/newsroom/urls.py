"""`/espace/redaction/…`, and the news of a campus."""

from django.urls import path

from cmq.web.espace.newsroom import article_views, page_views, picture_views, review_views, views

ARTICLE = "redaction/articles/<int:pk>/"
CAMPUS = "campus/<slug:slug>/actualites/"

urlpatterns = [
    path("redaction/", views.newsroom, name="newsroom"),
    path("redaction/nouveau/", views.new, name="newsroom_new"),
    path("redaction/fiches/", views.things, name="newsroom_things"),
    path("redaction/liens/", views.links, name="newsroom_links"),
    path("redaction/rubriques/", views.rubrics, name="newsroom_rubrics"),
    path("redaction/rubriques/<int:pk>/", views.rubric, name="newsroom_rubric"),
    path("redaction/rubriques/<int:pk>/retirer/", views.rubric_remove, name="newsroom_rubric_remove"),
    path("redaction/images/", picture_views.pictures, name="newsroom_pictures"),
    path("redaction/images/<int:pk>/", picture_views.picture, name="newsroom_picture"),
    path("redaction/images/<int:pk>/retirer/", picture_views.discard, name="newsroom_picture_discard"),
    path("redaction/images/<int:pk>-<int:width>.webp", picture_views.rendition, name="newsroom_rendition"),
    path("redaction/pages/", page_views.pages, name="newsroom_pages"),
    path("redaction/pages/<slug:slug>/", page_views.standing_page, name="newsroom_page"),
    path("redaction/pages/<slug:slug>/<int:number>/accepter/", page_views.agree, name="newsroom_page_agree"),
    path(CAMPUS, views.campus_desk, name="campus_newsroom"),
    path(f"{CAMPUS}nouvelle/", views.campus_new, name="campus_news_new"),
    path(f"{CAMPUS}images/", picture_views.campus_pictures, name="campus_pictures"),
    path(ARTICLE, article_views.desk, name="article_desk"),
    path(f"{ARTICLE}ecrire/", article_views.write, name="article_write"),
    path(f"{ARTICLE}enregistrer/", article_views.autosave, name="article_autosave"),
    path(f"{ARTICLE}versions/", article_views.versions, name="article_versions"),
    path(f"{ARTICLE}versions/<int:number>/reprendre/", article_views.restore, name="article_restore"),
    path(f"{ARTICLE}apercu/", article_views.preview, name="article_preview"),
    path(f"{ARTICLE}apercu/page/", article_views.preview_page, name="article_preview_page"),
    path(f"{ARTICLE}relecture/", review_views.ask, name="article_ask"),
    path(f"{ARTICLE}accepter/", review_views.agree, name="article_agree"),
    path(f"{ARTICLE}renvoyer/", review_views.send_back, name="article_send_back"),
    path(f"{ARTICLE}remarques/", review_views.comment, name="article_comment"),
    path(f"{ARTICLE}remarques/<int:remark>/regler/", review_views.resolve, name="article_resolve"),
    path(f"{ARTICLE}publier/", review_views.publish, name="article_publish"),
    path(f"{ARTICLE}retirer/", review_views.withdraw, name="article_withdraw"),
    path(f"{ARTICLE}classer/", review_views.file, name="article_file"),
    path(f"{ARTICLE}adresse/", review_views.move, name="article_move"),
    path(f"{ARTICLE}proposer/", review_views.propose, name="article_propose"),
    path(f"{ARTICLE}promouvoir/", review_views.promote, name="article_promote"),
    path(f"{ARTICLE}laisser/", review_views.decline, name="article_decline"),
]
