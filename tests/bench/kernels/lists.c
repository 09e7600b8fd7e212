/* SPDX-License-Identifier: MIT */
/*
 * Containers as kernels and middleware have them: doubly linked lists inside of their elements, a balanced
 * tree ordered by a function, a queue by urgency, and pools from which all of them are allocated.  A
 * small world of timers and clients uses them: loads that depend on loads, short functions, few loops.
 */
#include "bench.h"
#include <stddef.h>

#define CLIENTS 256
#define JOBS    512
#define STEPS   256

/* What contains a member; the member's own address is known. */
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* ---- lists: a ring that includes its head ---- */

struct link {
    struct link *next;
    struct link *previous;
};

static void list_init(struct link *head)
{
    head->next = head->previous = head;
}

static int list_is_empty(const struct link *head)
{
    return head->next == head;
}

static NOINLINE void list_append(struct link *head, struct link *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

static NOINLINE void list_remove(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}

/* ---- pools: blocks of one size, the free ones in a chain ---- */

struct pool {
    void *free;
    uint32_t used;
};

static void pool_init(struct pool *pool, void *blocks, size_t size, uint32_t count)
{
    char *block = blocks;
    pool->free = 0;
    pool->used = 0;
    for (uint32_t i = 0; i < count; i++, block += size) {
        *(void **)(void *)block = pool->free;
        pool->free = block;
    }
}

static NOINLINE void *pool_take(struct pool *pool)
{
    void *block = pool->free;
    if (block != 0) {
        pool->free = *(void **)block;
        pool->used++;
    }
    return block;
}

static NOINLINE void pool_give(struct pool *pool, void *block)
{
    *(void **)block = pool->free;
    pool->free = block;
    pool->used--;
}

/* ---- trees: an AA tree, whose levels say how it is balanced ---- */

struct node {
    struct node *left;
    struct node *right;
    uint32_t level;
    uint32_t key;
};

static struct node *skew(struct node *node)
{
    struct node *left = node->left;
    if (left == 0 || left->level != node->level) {
        return node;
    }
    node->left = left->right;
    left->right = node;
    return left;
}

static struct node *split(struct node *node)
{
    struct node *right = node->right;
    if (right == 0 || right->right == 0 || right->right->level != node->level) {
        return node;
    }
    node->right = right->left;
    right->left = node;
    right->level++;
    return right;
}

static NOINLINE struct node *tree_insert(struct node *root, struct node *node)
{
    if (root == 0) {
        node->left = node->right = 0;
        node->level = 1;
        return node;
    }
    if (node->key < root->key) {
        root->left = tree_insert(root->left, node);
    } else {
        root->right = tree_insert(root->right, node);
    }
    return split(skew(root));
}

static uint32_t level_of(const struct node *node)
{
    return node != 0 ? node->level : 0;
}

/* After one of its children has lost a level. */
static NOINLINE struct node *tree_repair(struct node *root)
{
    uint32_t left = level_of(root->left), right = level_of(root->right);
    uint32_t wanted = (left < right ? left : right) + 1;
    if (wanted < root->level) {
        root->level = wanted;
        if (right > wanted) {
            root->right->level = wanted;
        }
    }
    root = skew(root);
    if (root->right != 0) {
        root->right = skew(root->right);
        if (root->right->right != 0) {
            root->right->right = skew(root->right->right);
        }
    }
    root = split(root);
    if (root->right != 0) {
        root->right = split(root->right);
    }
    return root;
}

static NOINLINE struct node *tree_take_least(struct node *root, struct node **least)
{
    if (root->left == 0) {
        *least = root;
        return root->right;
    }
    root->left = tree_take_least(root->left, least);
    return tree_repair(root);
}

/* The node must be there. */
static NOINLINE struct node *tree_remove(struct node *root, struct node *node)
{
    if (node->key < root->key) {
        root->left = tree_remove(root->left, node);
    } else if (node != root) {
        root->right = tree_remove(root->right, node);
    } else if (root->right == 0) {
        return root->left;
    } else {
        struct node *next;
        struct node *rest = tree_take_least(root->right, &next);
        next->left = node->left;
        next->right = rest;
        next->level = node->level;
        root = next;
    }
    return tree_repair(root);
}

static NOINLINE struct node *tree_find(struct node *root, uint32_t key)
{
    while (root != 0 && root->key != key) {
        root = key < root->key ? root->left : root->right;
    }
    return root;
}

static NOINLINE uint32_t tree_sum(const struct node *root, uint32_t sum)
{
    if (root == 0) {
        return sum;
    }
    sum = tree_sum(root->left, sum);
    return tree_sum(root->right, bench_mix(sum, root->key));
}

/* ---- a queue by time: a heap of pointers to its elements, which know their places ---- */

struct timer {
    uint32_t time;
    uint32_t place;
};

struct queue {
    struct timer *heap[JOBS];
    uint32_t count;
};

static void queue_put_at(struct queue *queue, uint32_t place, struct timer *timer)
{
    queue->heap[place] = timer;
    timer->place = place;
}

static void queue_up(struct queue *queue, uint32_t place, struct timer *timer)
{
    while (place > 0 && timer->time < queue->heap[(place - 1) / 2]->time) {
        queue_put_at(queue, place, queue->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    queue_put_at(queue, place, timer);
}

static void queue_down(struct queue *queue, uint32_t place, struct timer *timer)
{
    for (uint32_t child = 2 * place + 1; child < queue->count; child = 2 * place + 1) {
        if (child + 1 < queue->count && queue->heap[child + 1]->time < queue->heap[child]->time) {
            child++;
        }
        if (timer->time <= queue->heap[child]->time) {
            break;
        }
        queue_put_at(queue, place, queue->heap[child]);
        place = child;
    }
    queue_put_at(queue, place, timer);
}

static NOINLINE void queue_insert(struct queue *queue, struct timer *timer)
{
    queue_up(queue, queue->count++, timer);
}

static NOINLINE void queue_remove(struct queue *queue, struct timer *timer)
{
    struct timer *last = queue->heap[--queue->count];
    uint32_t place = timer->place;
    if (last == timer) {
        return;
    }
    if (last->time < timer->time) {
        queue_up(queue, place, last);
    } else {
        queue_down(queue, place, last);
    }
}

/* ---- the world: clients in a tree by number, each with a list of jobs, which wait in the queue ---- */

struct client {
    struct node node;
    struct link jobs;
    uint32_t done;
};

struct job {
    struct link link;
    struct timer timer;
    struct client *client;
    uint32_t work;
};

static struct client client_blocks[CLIENTS];
static struct job job_blocks[JOBS];
static struct pool clients, jobs;
static struct queue queue;
static struct node *root;

static struct client *client_of(struct node *node)
{
    return CONTAINER(node, struct client, node);
}

static NOINLINE struct client *client_get(uint32_t number)
{
    struct node *node = tree_find(root, number);
    struct client *client;
    if (node != 0) {
        return client_of(node);
    }
    client = pool_take(&clients);
    if (client != 0) {
        list_init(&client->jobs);
        client->done = 0;
        client->node.key = number;
        root = tree_insert(root, &client->node);
    }
    return client;
}

static NOINLINE void job_end(struct job *job)
{
    queue_remove(&queue, &job->timer);
    list_remove(&job->link);
    job->client->done += job->work;
    pool_give(&jobs, job);
}

/* With all that it had to do. */
static NOINLINE uint32_t client_end(struct client *client)
{
    uint32_t result;
    while (!list_is_empty(&client->jobs)) {
        job_end(CONTAINER(client->jobs.next, struct job, link));
    }
    result = client->done;
    root = tree_remove(root, &client->node);
    pool_give(&clients, client);
    return result;
}

static NOINLINE uint32_t job_start(uint32_t random, uint32_t now)
{
    struct client *client = client_get(random >> 4 & 0x3ff);
    struct job *job = client != 0 ? pool_take(&jobs) : 0;
    if (job == 0) {
        return 1;
    }
    job->client = client;
    job->work = random >> 24;
    job->timer.time = now + (random >> 14 & 0xff);
    list_append(&client->jobs, &job->link);
    queue_insert(&queue, &job->timer);
    return 0;
}

/* All jobs whose time has come; a client without jobs may leave. */
static NOINLINE uint32_t jobs_run(uint32_t now, uint32_t sum)
{
    while (queue.count > 0 && queue.heap[0]->time <= now) {
        struct job *job = CONTAINER(queue.heap[0], struct job, timer);
        struct client *client = job->client;
        sum = bench_mix(sum, job->timer.time ^ job->work);
        job_end(job);
        if (list_is_empty(&client->jobs) && client->done & 1) {
            sum = bench_mix(sum, client_end(client));
        }
    }
    return sum;
}

static void start(void)
{
    pool_init(&clients, client_blocks, sizeof client_blocks[0], CLIENTS);
    pool_init(&jobs, job_blocks, sizeof job_blocks[0], JOBS);
    queue.count = 0;
    root = 0;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    uint32_t now = 0;
    start();
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < STEPS; i++) {
            sum += job_start(bench_random(&seed), now);
            if (i % 16 == 15) {
                struct node *node = tree_find(root, bench_random(&seed) & 0x3ff);
                sum = node != 0 ? bench_mix(sum, client_end(client_of(node))) : sum;
            }
            sum = jobs_run(now++, sum);
        }
        sum = tree_sum(root, bench_mix(sum, clients.used + jobs.used));
    }
    return sum;
}
