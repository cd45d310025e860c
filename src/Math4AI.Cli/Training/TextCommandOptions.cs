using System.CommandLine;
using Math4AI.Language;
using Math4AI.Language.Texts;
using Math4AI.Training.Networks;

namespace Math4AI.Cli.Training;

/// <summary>The options of <c>math4ai train</c> that are for texts alone.</summary>
internal static class TextCommandOptions
{
    /// <summary>The text.</summary>
    public static readonly Option<string?> Text = CommonOptions.Named<string?>(
        "--text", "FILE", "A text file, plain or gzip, to train a language model on.");

    /// <summary>The model to go on with.</summary>
    public static readonly Option<string?> From = CommonOptions.Named<string?>(
        "--from", "MODEL",
        "Go on with a trained model of texts, or with a folder of GPT-2's or Llama's layout, on the text of --text. "
            + "Defaults then: --steps 500, --rate 0.0003, --batch 12, --optimizer adamw.");

    private static readonly Dictionary<string, TextUnit> Units = new()
    {
        ["character"] = TextUnit.Character,
        ["bytepair"] = TextUnit.BytePair,
        ["trained"] = TextUnit.TrainedBytePair,
    };

    private static readonly Dictionary<string, TransformerStyle> Styles = new()
    {
        ["near"] = TransformerStyle.Near,
        ["llama"] = TransformerStyle.Llama,
        ["gpt2"] = TransformerStyle.Gpt2,
    };

    private static readonly Option<string?> UnitOption = CommonOptions.Named<string?>(
        "--unit", "UNIT",
        "The tokens of a text: character, bytepair (those of GPT-2 that occur in the text), or trained (--vocabulary "
            + "byte pairs that are found in the text and take any other).",
        "character").Completed(() => Units.Keys);

    private static readonly Option<int> VocabularyOption = CommonOptions.Named<int>(
        "--vocabulary", "N", "The number of tokens of --unit trained, 256 to 65536.",
        TextTrainingOptions.DefaultVocabulary);

    private static readonly Option<string?> StyleOption = CommonOptions.Named<string?>(
        "--style", "STYLE",
        "What the transformer of a text is made of: llama (rotations for positions, root norms, gated layers), near "
            + "(llama, and each part reads the three tokens before too) or gpt2. Default: near for characters, llama "
            + "for byte pairs.").Completed(() => Styles.Keys);

    private static readonly Option<string?> SeparatorOption = CommonOptions.Named<string?>(
        "--separator", "TEXT",
        "What stands between the documents of a text, such as $'\\n\\n': they are packed into windows, do not see each "
            + "other, and the model learns where one ends.");

    private static readonly Option<bool> UntiedOption = new("--untied")
    {
        Description = "Let the logits of a text have a table of their own, rather than that of the tokens.",
    };

    private static readonly Option<double> DropoutOption = CommonOptions.Named<double>(
        "--dropout", "SHARE",
        "The share of numbers that the transformer of a text leaves out at random in training, from 0 to below 1.",
        0.0);

    private static readonly Option<int?> ContextOption = CommonOptions.Named<int?>(
        "--context", "N",
        "The number of tokens from which the next is predicted; with --from, at most what its model looks at. Default: "
            + "256, or less where the text is short.");

    private static readonly Option<int?> LayersOption = CommonOptions.Named<int?>(
        "--layers", "N", "The number of blocks of the transformer of a text. Default: 4.");

    private static readonly Option<int?> HeadsOption = CommonOptions.Named<int?>(
        "--heads", "N", "The number of attention heads of a block. Default: 4.");

    private static readonly Option<int?> KeyHeadsOption = CommonOptions.Named<int?>(
        "--key-heads", "N",
        "The number of heads of keys and values, each shared by as many of --heads. Default: one each.");

    private static readonly Option<bool> BiasOption = new("--bias")
    {
        Description = "Let the products and layer norms of a text's transformer add biases, as GPT-2's do.",
    };

    private static readonly Option<int?> WidthOption = CommonOptions.Named<int?>(
        "--width", "N", "The length of the embedding of a token, a multiple of --heads. Default: 128.");

    /// <summary>All of them, in the order of the help.</summary>
    public static readonly Option[] All =
    [
        Text, From, UnitOption, VocabularyOption, SeparatorOption, StyleOption, UntiedOption, DropoutOption,
        BiasOption, ContextOption, LayersOption, HeadsOption, KeyHeadsOption, WidthOption,
    ];

    /// <summary>Returns the settings but for those of the trainer.</summary>
    public static TextTrainingOptions Read(ParseResult words)
    {
        TextTrainingOptions kind =
            words.GetValue(From) is null ? new TextTrainingOptions() : TextTrainingOptions.FineTuning;
        return kind with
        {
            Unit = Units[words.GetValue(UnitOption)!],
            Vocabulary = words.GetValue(VocabularyOption),
            Separator = words.GetValue(SeparatorOption),
            Style = StyleOf(words),
            Dropout = words.GetValue(DropoutOption),
            Context = words.GetValue(ContextOption) ?? kind.Context,
            Layers = words.GetValue(LayersOption) ?? kind.Layers,
            Heads = words.GetValue(HeadsOption) ?? kind.Heads,
            Width = words.GetValue(WidthOption) ?? kind.Width,
        };
    }

    /// <summary>Refuses values that do not exist or do not fit together.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public static void Check(ParseResult words)
    {
        TrainOptionChecks.RequireChoice(words, "unit", Units.Keys, UnitOption);
        TrainOptionChecks.RequireChoice(words, "style", Styles.Keys, StyleOption);
        if (words.GetValue(DropoutOption) is not (>= 0.0 and < 1.0))
        {
            throw new UsageException("--dropout takes a share, from 0 to below 1.");
        }

        TrainOptionChecks.RequirePositive(KeyHeadsOption, words.GetValue(KeyHeadsOption) ?? 1);
        _ = UsageException.Unless(words, () => Read(words), _ => { });
        RequireTheirText(words);
        if (Units[words.GetValue(UnitOption)!] != TextUnit.TrainedBytePair)
        {
            words.RefuseIdle("is for --unit trained.", VocabularyOption);
        }

        if (words.GetValue(From) is null)
        {
            RequireShape(Read(words));
        }
    }

    /// <summary>Refuses options without what they are for.</summary>
    private static void RequireTheirText(ParseResult words)
    {
        if (words.GetValue(Text) is null && words.Given(All) is { } alone)
        {
            throw new UsageException($"{alone.Name} is for a text: give --text FILE with it.");
        }

        Option[] ofModel =
        [
            UnitOption, VocabularyOption, SeparatorOption, StyleOption, UntiedOption, BiasOption, LayersOption,
            HeadsOption, KeyHeadsOption, WidthOption,
        ];
        if (words.GetValue(From) is not null && words.Given(ofModel) is { } own)
        {
            throw new UsageException(
                $"--from goes on with the tokens and the shape of its model: leave out {own.Name}.");
        }
    }

    private static TransformerStyle StyleOf(ParseResult words)
    {
        string name = words.GetValue(StyleOption)
            ?? (Units[words.GetValue(UnitOption)!] == TextUnit.Character ? "near" : "llama");
        return Styles[name] with
        {
            HasOwnHead = words.GetValue(UntiedOption),
            HasBias = words.GetValue(BiasOption),
            KeyHeads = words.GetValue(KeyHeadsOption),
        };
    }

    private static void RequireShape(TextTrainingOptions given)
    {
        bool isRotary = given.Style!.IsRotary;
        if (given.Width % given.Heads != 0 || (isRotary && given.Width / given.Heads % 2 != 0))
        {
            throw new UsageException(
                $"--width {given.Width} with --heads {given.Heads}: the width must be a multiple of the heads"
                + (isRotary ? ", and even for each of them." : "."));
        }

        if (given.Heads % (given.Style.KeyHeads ?? 1) != 0)
        {
            throw new UsageException(
                $"--heads {given.Heads} with --key-heads {given.Style.KeyHeads}: the heads must be a multiple of those "
                + "of keys and values.");
        }
    }
}
