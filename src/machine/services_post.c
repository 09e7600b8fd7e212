// SPDX-License-Identifier: MIT
/* post(): the one service that may be called from any thread; what it queues runs on the machine's. */
#include <stdlib.h>

#include "machine/services.h"

/* How many posts may wait.  While GDB has halted the guest the machine takes none, but the threads of libraries go on
 * posting; the limit keeps memory bounded. */
#define POSTS_MAX 1000000u

/* What post() queues. */
struct post {
    struct post *next;
    struct l3_host *host;
    void (*function)(void *instance, void *argument);
    void *argument;
};

int32_t services_post(struct l3_host *host, void (*function)(void *, void *), void *argument)
{
    struct machine *m = host->machine;
    struct post *post = function == NULL ? NULL : malloc(sizeof *post);

    if (post == NULL) {
        return L3_BUS_ERROR;
    }
    post->next = NULL;
    post->host = host;
    post->function = function;
    post->argument = argument;
    pthread_mutex_lock(&m->post_lock);
    if (!m->posts_open || m->post_count == POSTS_MAX) {
        pthread_mutex_unlock(&m->post_lock);
        free(post);
        return L3_BUS_ERROR;
    }
    *(m->posts == NULL ? &m->posts : &m->last_post->next) = post;
    m->last_post = post;
    m->post_count++;
    hostio_wake(m->hostio);
    pthread_mutex_unlock(&m->post_lock);
    return L3_OK;
}

static struct post *take_posts(struct machine *m, bool close)
{
    struct post *posts;
    pthread_mutex_lock(&m->post_lock);
    posts = m->posts;
    m->posts = NULL;
    m->post_count = 0;
    m->posts_open = m->posts_open && !close;
    pthread_mutex_unlock(&m->post_lock);
    return posts;
}

void services_run_posts(struct machine *m)
{
    struct post *posts = take_posts(m, false);
    host_fp_clean(); /* a library may change it in a way that library_changes_fp() does not see */
    while (posts != NULL) {
        struct post *post = posts;
        struct device_call call;
        posts = post->next;
        device_enter(post->host, "post", &call);
        post->function(post->host->instance, post->argument);
        device_leave(post->host);
        free(post);
    }
}

void services_close_posts(struct machine *m)
{
    struct post *posts = take_posts(m, true);
    while (posts != NULL) {
        struct post *post = posts;
        posts = post->next;
        free(post);
    }
}
