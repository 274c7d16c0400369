"""transformers' Trainer for our rows: head rates, an order that resumes, losses that are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import transformers
from torch import nn
from torch.utils.data import Sampler

from corpus.errors import PressmarkError
from corpus.progress import Progress
from training.batches import Order, Rows, filled
from training.model import PressmarkModel
from training.rows import Collator, Row
from training.runs import Run

#: The head starts from nothing and the encoder does not.
HEAD_RATE = 10
#: Optimizers that want the parameters by themselves have no place for the heads' own rate.
_OWN_PARAMETERS = ("params", "model", "optimizer_dict")


class Teacher(transformers.Trainer):
    """A Trainer whose model is a `PressmarkModel`, or one with adapters in its encoder."""

    def __init__(
        self,
        model: PressmarkModel,
        args: transformers.TrainingArguments,
        *,
        made: Sequence[Row],
        held_out: Sequence[Row],
        tokenizer: Any,
        run: Run | None,
        progress: Progress,
    ) -> None:
        self.taught = model
        self.run = run
        self.collate = Collator(tokenizer)
        super().__init__(
            model=model,
            args=args,
            train_dataset=Rows(made),
            eval_dataset=Rows(filled(held_out, _batch(args))) if held_out else None,
            data_collator=self._collated,
            callbacks=[_Told(progress), _Epochs(self)],
        )
        self.remove_callback(transformers.PrinterCallback)
        self.order: Order | None = None

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int] | None:
        """Return our own order, which a run that resumes draws again."""
        rows: Any = train_dataset if train_dataset is not None else self.train_dataset
        given = self.args.train_sampling_strategy
        strategy = str(getattr(given, "value", given))
        lengths = [len(row["input_ids"]) for row in rows.made]
        step = (
            self.args.train_batch_size
            * self.args.world_size
            * self.args.gradient_accumulation_steps
        )
        seed = self.args.seed if self.args.data_seed is None else self.args.data_seed
        self.order = Order(
            lengths if strategy == "group_by_length" else None,
            len(lengths),
            step,
            None if strategy == "sequential" else seed,
        )
        return self.order

    def _get_eval_sampler(self, eval_dataset: Any) -> Sampler[int] | None:
        """Return the rows' own order."""
        return Order(None, len(eval_dataset), 1, None)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Make the optimizer that `optim` names; the heads learn `HEAD_RATE` times as fast.

        Raises:
            PressmarkError: one that takes the parameters by itself, or is not installed.
        """
        if self.optimizer is not None:
            return self.optimizer
        model = self.model if model is None else model
        try:
            kind, more = self.get_optimizer_cls_and_kwargs(self.args, model)
        except (ImportError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise PressmarkError(f"training.arguments.optim: {reason}") from None
        taken = [name for name in _OWN_PARAMETERS if name in more]
        if taken or not (isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)):
            raise PressmarkError(
                f"training.arguments.optim: {self.args.optim} arranges the parameters by itself, so"
                " that the heads cannot have a rate of their own; take adamw_torch, adafactor or"
                " another plain optimizer"
            )
        rate = more.pop("lr", self.args.learning_rate)
        made: torch.optim.Optimizer = kind(self._groups(model, rate), **{**more, "lr": rate})
        self.optimizer = made
        return made

    def _groups(self, model: nn.Module, rate: float) -> list[dict[str, Any]]:
        decayed = set(self.get_decay_parameter_names(model))
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                head = "encoder." not in name
                groups.setdefault((head, name in decayed), []).append(parameter)
        return [
            {
                "params": found,
                "lr": rate * HEAD_RATE if head else rate,
                "weight_decay": self.args.weight_decay if decay else 0.0,
            }
            for (head, decay), found in groups.items()
        ]

    def compute_loss(self, model: Any, inputs: dict[str, Any], *given: Any, **more: Any) -> Any:
        """Take the loss of a batch; one that is no number stops the run.

        Raises:
            PressmarkError: with the step, the articles of the batch and the head.
        """
        articles = inputs.pop("articles")
        found = super().compute_loss(model, inputs, *given, **more)
        loss = found[0] if isinstance(found, tuple) else found
        if not torch.isfinite(loss):
            raise PressmarkError(self._no_number(inputs, articles, loss.item()))
        return found

    def _no_number(self, inputs: dict[str, Any], articles: Sequence[str], loss: float) -> str:
        """Say where a loss came from that is no number."""
        model = self.taught
        with torch.no_grad(), self.accelerator.autocast():
            output = model(**inputs)
            where = "the encoder"
            if torch.isfinite(output.states).all():
                parts = {"the token head": torch.stack([output.inside, output.begins]).sum()}
                if output.units is not None:
                    asked = inputs["picked"], inputs["picked_mask"]
                    parts |= model.choice_losses(output.units, *asked)
                bad = [name for name, part in parts.items() if not torch.isfinite(part)]
                where = ", ".join(bad) or "the sum of the heads"
        named = ", ".join(dict.fromkeys(name for name in articles if name))
        # The state counts the steps that are done
        step = self.state.global_step + 1
        return (
            f"training: the loss is {loss} at step {step} of {self.state.max_steps}, in {where}, on"
            f" the articles {named}; nothing was written. Lower training.learning_rate, or set"
            " training.bf16: false; what is broken in an article shows with pressmark show"
        )

    def _collated(self, batch: list[Row]) -> dict[str, Any]:
        return {**self.collate(batch), "articles": [row["article"] for row in batch]}

    def _run_epoch(self, *given: Any, **more: Any) -> None:
        """Teach an epoch, or nothing where the run had stopped before it was resumed."""
        if not self.control.should_training_stop:
            super()._run_epoch(*given, **more)  # type: ignore[no-untyped-call]  # as theirs is

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Save the state of the run, and mark it whole."""
        if self.run is None:
            super()._save_checkpoint(model, trial)
            return
        with self.run.saving(self.state.global_step):
            super()._save_checkpoint(model, trial)
            if self.args.should_save:
                self.run.seal(self.state.global_step)


class Patience(transformers.TrainerCallback):
    """Stops after so many evaluations without a smaller validation loss.

    It looks at the losses the run has logged, so that a run that resumes stops where it would have.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Stop a run that had stopped when it was killed."""
        self.on_evaluate(args, state, control, **more)

    def on_evaluate(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ARG002  # transformers names what it hands over
        """Stop if the best loss lies too far back."""
        losses = [entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry]
        best = min(range(len(losses)), key=losses.__getitem__, default=0)
        if len(losses) - 1 - best >= self.patience:
            control.should_training_stop = True


class _Epochs(transformers.TrainerCallback):
    """Tells the order which epoch begins, also in the middle of one."""

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ARG002  # as above
        """Set the epoch of the order that is drawn next."""
        if self.teacher.order is not None:
            self.teacher.order.epoch = int((state.epoch or 0) + 1e-6)


class _Told(transformers.TrainerCallback):
    """Passes the Trainer's steps on to our own progress."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ARG002  # as above
        """Tell how many steps are done."""
        if state.is_world_process_zero:
            self.progress("training", state.global_step, state.max_steps)


def _batch(args: transformers.TrainingArguments) -> int:
    """How many rows all processes evaluate at once."""
    return int(args.eval_batch_size) * int(args.world_size)
