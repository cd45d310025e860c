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
        if (text[PartsOf(text).Validation].Length < context + 2)
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
        (Range trained, Range tested, Range validated) = PartsOf(text);
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

    /// <summary>Returns where the parts of a text lie: no character is cut.</summary>
    public static (Range Train, Range Test, Range Validation) PartsOf(string text)
    {
        (Range train, Range test, _) = TextModel.Parts(text.Length);
        int validation = Whole(train.Start.Value), tested = Whole(test.Start.Value);
        return (validation..tested, tested..text.Length, ..validation);

        int Whole(int at) => at > 0 && at < text.Length && char.IsSurrogatePair(text[at - 1], text[at]) ? at - 1 : at;
    }

    /// <summary>
    /// Returns the length of the windows: what is asked for, or the longest that fits four times into the validation
    /// part, up to the usual one and to what the model looks at.
    /// </summary>
    /// <exception cref="ArgumentException">More is asked for than the model looks at.</exception>
    public static int Window(string text, TextTrainingOptions options, int most)
    {
        if (options.Context is { } window)
        {
            return window <= most ? window : throw new ArgumentException(
                $"The context is to be {window}, and the model looks at {most} symbols at most.");
        }

        int fitting = Math.Max(8, PartsOf(text).Validation.End.Value / 4);
        return Math.Min(fitting, Math.Min(most, TextTrainingOptions.UsualContext));
    }

    private ScoredPart Scored(string part, double loss)
    {
        int characters = Characters.CountOf(part);
        double each = loss * symbols.Encode(part).Length / characters;
        return new ScoredPart(
            characters,
            new Dictionary<string, double>
            {
                ["loss"] = loss,
                ["perplexity"] = Math.Exp(loss),
                ["lossPerCharacter"] = each,
                ["bitsPerCharacter"] = each / Math.Log(2.0),
            },
            new Dictionary<string, Interval>());
    }
}
