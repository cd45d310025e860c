using Math4AI.Fitting;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Samples;
using Math4AI.Training.Scoring;
using static TorchSharp.torch;

namespace Math4AI.Language;

/// <summary>A training on a text but for its test and validation parts, of any network that reads symbols.</summary>
/// <param name="symbols">The symbols of texts.</param>
/// <param name="text">The text.</param>
internal sealed class TextTraining(TextSymbols symbols, string text)
{
    /// <summary>Gets the scores of the parts.</summary>
    public (ScoredPart Train, ScoredPart Validation, ScoredPart Test) Scores { get; private set; }

    /// <summary>Refuses a text whose parts are too short.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    public static void RequireLength(string text, int context)
    {
        if (text[TextModel.Parts(text.Length).Validation].Length < context + 2)
        {
            throw new ArgumentException(
                $"The text has {text.Length} characters; with a context of {context}, {20 * (context + 2)} and more "
                + "are needed.");
        }
    }

    /// <summary>Trains a network.</summary>
    /// <param name="network">Symbols, texts × length, to logits, texts × length × symbols.</param>
    /// <param name="context">The symbols of a window.</param>
    /// <param name="count">The number of symbols of the network.</param>
    /// <param name="options">The settings of the trainer.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The text has too few symbols.</exception>
    public TrainingResult Run(
        nn.Module<Tensor, Tensor> network, int context, int count, TrainerOptions options,
        IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        (Range trained, Range tested, Range validated) = TextModel.Parts(text.Length);
        var train = TextWindows.ToTrain(symbols.Encode(text[trained]), context);
        var test = TextWindows.ToScore(symbols.Encode(text[tested]), context);
        var validation = TextWindows.ToScore(symbols.Encode(text[validated]), context);
        if (train.Count == 0 || test.Count == 0 || validation.Count == 0)
        {
            throw new ArgumentException($"The text has too few symbols for a context of {context}.");
        }

        Tensor Loss(Tensor outputs, Tensor targets) =>
            nn.functional.cross_entropy(outputs.view(-1, count), targets.view(-1));
        TrainingResult training = Trainer.Fit(network, Loss, train, validation, options, progress, cancellation);
        Scores = (
            Scored(text[trained], training.History[training.BestEpoch - 1].TrainLoss),
            Scored(text[validated], Trainer.Evaluate(network, Loss, validation)),
            Scored(text[tested], Trainer.Evaluate(network, Loss, test)));
        return training;
    }

    /// <summary>
    /// Returns the longest window that fits four times into the validation part, up to the usual one.
    /// </summary>
    public static int ContextFor(string text) =>
        Math.Clamp(TextModel.Parts(text.Length).Validation.GetOffsetAndLength(text.Length).Length / 4, 8,
            TextTrainingOptions.UsualContext);

    private ScoredPart Scored(string part, double loss) => new(
        part.Length,
        new Dictionary<string, double>
        {
            ["loss"] = loss,
            ["perplexity"] = Math.Exp(loss),
            ["lossPerCharacter"] = loss * symbols.Encode(part).Length / part.Length,
            ["bitsPerCharacter"] = loss / Math.Log(2.0) * symbols.Encode(part).Length / part.Length,
        },
        new Dictionary<string, Interval>());
}
