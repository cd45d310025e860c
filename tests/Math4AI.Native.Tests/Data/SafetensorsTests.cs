using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Math4AI.Data.Arrays;

namespace Math4AI.Tests.Data;

public class SafetensorsTests : TemporaryFolder
{
    [Fact]
    public void Arrays_come_back_as_they_were_written()
    {
        var arrays = new Dictionary<string, NamedArray>
        {
            ["weight"] = new NamedArray([2, 3], [1, 2, 3, 4, 5, float.NegativeZero]),
            ["bias"] = new NamedArray([0], []),
            ["scalar"] = new NamedArray([], [7.5f]),
        };
        Safetensors.Write(In("a.safetensors"), arrays);
        IReadOnlyDictionary<string, NamedArray> read = Safetensors.Read(In("a.safetensors"));
        Assert.Equal(arrays.Keys.Order(), read.Keys.Order());
        Assert.All(arrays, pair =>
        {
            Assert.Equal(pair.Value.Shape, read[pair.Key].Shape);
            Assert.Equal(pair.Value.Values, read[pair.Key].Values);
        });
    }

    [Fact]
    public void The_file_is_as_the_format_says_byte_for_byte()
    {
        Safetensors.Write(In("a"), new Dictionary<string, NamedArray> { ["x"] = new NamedArray([1], [1.0f]) });
        byte[] file = File.ReadAllBytes(In("a"));
        string sum = Convert.ToHexStringLower(XxHash128.Hash([.. "x F32 (1)"u8, 0, 0, 0x80, 0x3f]));
        string header = $"{{\"__metadata__\":{{\"xxh128\":\"{sum}\"}},"
            + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal((ulong)header.Length, BinaryPrimitives.ReadUInt64LittleEndian(file));
        Assert.Equal(header, Encoding.UTF8.GetString(file, 8, header.Length));
        Assert.Equal([0, 0, 0x80, 0x3f], file[(8 + header.Length)..]);
    }

    [Fact]
    public void A_byte_that_has_changed_is_noticed_wherever_it_is_and_files_without_a_checksum_are_read()
    {
        var texts = new Dictionary<string, string> { ["format"] = "pt" };
        Safetensors.Write(In("a"), new Dictionary<string, NamedArray>
        {
            ["weight"] = new NamedArray([2, 3], [1, 2, 3, 4, 5, 6]),
            ["bias"] = new NamedArray([3], [7, 8, 9]),
        }, texts);
        Safetensors.Read(In("a"), out IReadOnlyDictionary<string, string> read);
        Assert.Equal(texts, read);
        byte[] file = File.ReadAllBytes(In("a"));
        int numbers = file.Length - 9 * sizeof(float);
        for (int at = numbers; at < file.Length; at++)
        {
            Refuse(bytes => bytes[at] ^= 1);
        }

        // Numbers of another type or shape, or of another name, have the same bytes.
        string header = Encoding.UTF8.GetString(file, 8, numbers - 8);
        foreach ((string now, string then) in new[] { ("F32", "I32"), ("[2,3]", "[3,2]"), ("bias", "bins") })
        {
            Refuse(bytes => Renamed(now, then).CopyTo(bytes, 8));
        }

        File.WriteAllBytes(In("b"), [.. file[..8], .. Renamed("xxh128", "xxh000"), .. file[numbers..]]);
        Assert.Equal([7, 8, 9], Safetensors.Read(In("b"))["bias"].Values);

        byte[] Renamed(string now, string then) =>
            Encoding.UTF8.GetBytes(header.Replace(now, then, StringComparison.Ordinal));

        void Refuse(Action<byte[]> change)
        {
            byte[] changed = [.. file];
            change(changed);
            File.WriteAllBytes(In("b"), changed);
            InvalidDataException e = Assert.Throws<InvalidDataException>(() => Safetensors.ReadNumbers(In("b")));
            Assert.Contains("checksum", e.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidDataException>(() => Safetensors.ReadRaw(In("b"), out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}")]
    [InlineData("{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}")]
    [InlineData(
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"x\":7}")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_header_that_lies_is_refused(string header)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + text.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file, 8);
        File.WriteAllBytes(In("bad"), file);
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(In("bad")));
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused_before_memory_is_taken_for_it()
    {
        byte[] file = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(file, ulong.MaxValue);
        File.WriteAllBytes(In("bad"), file);
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(In("bad")));
    }
}
