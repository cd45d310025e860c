using Math4AI.Language.Texts;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;

namespace Math4AI.Language;

/// <summary>The settings of a training on a text.</summary>
public sealed record TextTrainingOptions
{
    /// <summary>The default of <see cref="Vocabulary"/>.</summary>
    public const int DefaultVocabulary = 1024;

    /// <summary>The context of a text that is long enough.</summary>
    public const int UsualContext = 256;

    /// <summary>The most symbols that a model can have.</summary>
    internal const int MaxSymbols = 1 << 16;

    /// <summary>The longest context, the widest layer and the most layers that a model can have.</summary>
    internal const int MaxSize = 1 << 14;

    /// <summary>Gets the kind of the symbols that the text is cut into.</summary>
    public TextUnit Unit { get; init; }

    /// <summary>Gets the number of tokens of <see cref="TextUnit.TrainedBytePair"/>, from 256 to 65536.</summary>
    public int Vocabulary { get; init => field = Setting.Within(value, 256, MaxSymbols); } = DefaultVocabulary;

    /// <summary>
    /// Gets the context length: the number of symbols from which the next is predicted. Null, the default, for 256, or
    /// less where the text is short. Where a model goes on, it is the length of the windows, up to what the model
    /// looks at.
    /// </summary>
    public int? Context { get; init => field = Setting.Within(value, 1, MaxSize); }

    /// <summary>Gets the number of transformer blocks.</summary>
    public int Layers { get; init => field = Setting.Within(value, 1, MaxSize); } = 4;

    /// <summary>Gets the number of attention heads of a block.</summary>
    public int Heads { get; init => field = Setting.AtLeast(value, 1); } = 4;

    /// <summary>Gets the length of the embedding of a symbol.</summary>
    public int Width { get; init => field = Setting.Within(value, 1, MaxSize); } = 128;

    /// <summary>
    /// Gets what the transformer is made of; null, the default, for <see cref="TransformerStyle.Near"/> with characters
    /// and <see cref="TransformerStyle.Llama"/> with byte pairs, which other programs read.
    /// </summary>
    public TransformerStyle? Style { get; init; }

    /// <summary>
    /// Gets the share of numbers that are left out at random in training, from 0 to below 1: of the symbols' rows, and
    /// of what attention and the layers add.
    /// </summary>
    public double Dropout { get; init => field = Setting.Below(value, 0.0, 1.0); }

    /// <summary>
    /// Gets what stands between the documents of the text, such as an empty line: windows may hold several, which do
    /// not see each other, and the model learns where one ends. Null, the default, for one document.
    /// </summary>
    public string? Separator { get; init; }

    /// <summary>
    /// Gets the model to go on with; null for a new one. It stays as it is, and its shape and symbols are those of the
    /// trained one.
    /// </summary>
    public TextModel? From { get; init; }

    /// <summary>Gets the settings of the trainer.</summary>
    public TrainerOptions Trainer { get; init; } = new()
    {
        Steps = 1200,
        EvaluateEvery = 200,
        BatchSize = 8,
        Rate = 8e-3,
        WeightDecay = 0.1,
        Optimizer = new Muon(),
        Schedule = Schedule.Trapezoid,
        SplitBatches = true,
    };

    /// <summary>Gets settings to go on with a trained model: a smaller rate and fewer steps.</summary>
    public static TextTrainingOptions FineTuning
    {
        get
        {
            var usual = new TextTrainingOptions();
            return usual with
            {
                Trainer = usual.Trainer with
                {
                    Steps = 500,
                    EvaluateEvery = 100,
                    BatchSize = 12,
                    Rate = 3e-4,
                    Optimizer = new AdamW(),
                    Schedule = Schedule.Cosine,
                },
            };
        }
    }
}
